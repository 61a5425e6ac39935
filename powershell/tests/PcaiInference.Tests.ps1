# Pester 5. Needs the native library (PCAI_INFERENCE_LIBRARY, or beside the module), but no model:
# the fake backend answers. Tests with the tag Server need the program pcai too.
#   Invoke-Pester ./powershell/tests -ExcludeTag Server

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot '../PcaiInference/PcaiInference.psd1') -Force
    # Built from code points, because Windows PowerShell 5.1 reads this file in the ANSI code page.
    $script:Unicode = [char]::ConvertFromUtf32(0x1F600) + ' ' + [char]0x4F60 + [char]0x597D + ' ' + [char]0xFC
}

AfterAll {
    Remove-Module PcaiInference
}

Describe 'The module' {
    It 'exports what the manifest names' {
        $manifest = Import-PowerShellDataFile (Join-Path $PSScriptRoot '../PcaiInference/PcaiInference.psd1')
        (Get-Command -Module PcaiInference).Name | Sort-Object | Should -Be ($manifest.FunctionsToExport | Sort-Object)
    }

    It 'can be imported again in the same session' {
        { Import-Module (Join-Path $PSScriptRoot '../PcaiInference/PcaiInference.psd1') -Force } | Should -Not -Throw
    }

    It 'is loaded by Modules/PcaiInference.psm1' {
        $module = Import-Module (Join-Path $PSScriptRoot '../../Modules/PcaiInference.psm1') -PassThru
        $module.ExportedFunctions.Keys | Should -Contain 'Invoke-PcaiGenerate'
    }

    It 'has help with examples for <_>' -ForEach @(
        'Initialize-PcaiInference', 'Import-PcaiModel', 'Invoke-PcaiGenerate', 'Close-PcaiInference',
        'Get-PcaiModel', 'Get-PcaiDevice', 'Start-PcaiServer', 'Stop-PcaiServer', 'Get-PcaiServer'
    ) {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterThan 0
    }
}

Describe 'Before there is an engine' {
    BeforeAll { Close-PcaiInference }

    It 'refuses to load a model' {
        { Import-PcaiModel 'a.fake' } | Should -Throw -ErrorId 'PcaiNotInitialized*'
    }

    It 'refuses to generate' {
        { Invoke-PcaiGenerate 'Hi' } | Should -Throw -ErrorId 'PcaiNoModel*'
    }

    It 'closes as often as one likes' {
        { Close-PcaiInference; Close-PcaiInference } | Should -Not -Throw
    }
}

Describe 'Initialize-PcaiInference' {
    AfterEach { Close-PcaiInference }

    It 'is fine twice with the same backend or auto' {
        Initialize-PcaiInference -Backend fake
        { Initialize-PcaiInference -Backend fake; Initialize-PcaiInference } | Should -Not -Throw
    }

    It 'refuses another backend until it is closed' {
        Initialize-PcaiInference -Backend fake
        { Initialize-PcaiInference -Backend llamacpp } | Should -Throw -ErrorId 'PcaiAlreadyInitialized*'
        Close-PcaiInference
        { Initialize-PcaiInference -Backend fake } | Should -Not -Throw
    }
}

Describe 'Import-PcaiModel' {
    BeforeEach { Initialize-PcaiInference -Backend fake }
    AfterEach { Close-PcaiInference }

    It 'writes nothing, or the model with -PassThru' {
        Import-PcaiModel 'a.fake' | Should -BeNullOrEmpty
        $info = Import-PcaiModel 'b.fake' -PassThru
        $info.Id | Should -Be 'b'
        $info.State | Should -Be 'Ready'
    }

    It 'keeps the model before when loading fails' {
        Import-PcaiModel 'a.fake'
        { Import-PcaiModel 'load_fail.fake' -ErrorAction Stop } | Should -Throw -ErrorId 'PcaiInvalidModel*'
        (Get-PcaiModel -Loaded).Id | Should -Be 'a'
        Invoke-PcaiGenerate 'Hi' | Should -Be 'You said: Hi'
    }

    It 'loads the same file again with other options' {
        Import-PcaiModel 'a.fake'
        Import-PcaiModel 'a.fake' -ContextLength 512
        (Get-PcaiModel -Loaded).ContextLength | Should -Be 512
        Import-PcaiModel 'a.fake'
        Invoke-PcaiGenerate 'Hi' | Should -Be 'You said: Hi'
    }

    It 'takes the pipeline by property' {
        [PSCustomObject]@{ Path = 'c.fake' } | Import-PcaiModel
        (Get-PcaiModel -Loaded).Id | Should -Be 'c'
    }
}

Describe 'Invoke-PcaiGenerate' {
    BeforeAll {
        Initialize-PcaiInference -Backend fake
        Import-PcaiModel 'test.fake'
    }
    AfterAll { Close-PcaiInference }

    It 'answers each prompt of the pipeline' {
        'one', 'two' | Invoke-PcaiGenerate | Should -Be @('You said: one', 'You said: two')
    }

    It 'brings Unicode through unchanged' {
        Invoke-PcaiGenerate $script:Unicode | Should -BeExactly "You said: $script:Unicode"
        (Invoke-PcaiGenerate $script:Unicode -Stream) -join '' | Should -BeExactly "You said: $script:Unicode"
    }

    It 'streams pieces that make up the answer' {
        $pieces = @(Invoke-PcaiGenerate 'fake: delay_ms=20 tokens=10' -Stream)
        $pieces.Count | Should -BeGreaterThan 1
        $pieces | Should -BeOfType [string]
    }

    It 'writes an object with usage and times' {
        $answer = Invoke-PcaiGenerate 'Hello there' -AsObject
        $answer.Text | Should -Be 'You said: Hello there'
        $answer.FinishReason | Should -Be 'Stop'
        $answer.PromptTokens | Should -Be 2
        $answer.CompletionTokens | Should -Be 4
        $answer.FirstTokenTime | Should -BeOfType [TimeSpan]
    }

    It 'warns of an answer that was cut' {
        $text = Invoke-PcaiGenerate 'one two three four' -MaxTokens 2 -WarningVariable warned -WarningAction SilentlyContinue
        $text | Should -Be 'You said:'
        $warned.Count | Should -Be 1
    }

    It 'ends before a stop text' {
        Invoke-PcaiGenerate 'one two three' -Stop ' three' | Should -Be 'You said: one two'
    }

    It 'gives the same text for the same seed' {
        $first = Invoke-PcaiGenerate 'fake: tokens=30' -Seed 7
        Invoke-PcaiGenerate 'fake: tokens=30' -Seed 7 | Should -Be $first
        Invoke-PcaiGenerate 'fake: tokens=30' -Seed 8 | Should -Not -Be $first
    }

    It 'takes a conversation of hashtables and objects' {
        $messages = @(
            @{ role = 'user'; content = 'Hi' }
            [PSCustomObject]@{ role = 'assistant'; content = 'Hello.' }
            @{ role = 'user'; content = 'Again' }
        )
        $answer = Invoke-PcaiGenerate -Messages $messages -System 'Be brief' -AsObject
        $answer.Text | Should -Be 'You said: Again'
        $answer.PromptTokens | Should -Be 5
    }

    It 'refuses a message that it does not understand' {
        { Invoke-PcaiGenerate -Messages @{ role = 'robot'; content = 'Hi' } -ErrorAction Stop } | Should -Throw '*robot*'
        { Invoke-PcaiGenerate -Messages @{ role = 'user'; content = 'Hi'; name = 'Bob' } -ErrorAction Stop } |
            Should -Throw '*name*'
    }

    It 'says which argument is wrong' {
        $failure = $null
        Invoke-PcaiGenerate 'Hi' -Temperature -1 -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'PcaiInvalidRequest*'
        $failure[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
        $failure[0].Exception.Field | Should -Be 'temperature'
    }

    It 'goes on after a prompt that failed' {
        $answers = 'fake: fail_after=1 tokens=5', 'Hi' | Invoke-PcaiGenerate -ErrorAction SilentlyContinue
        $answers | Should -Be 'You said: Hi'
    }

    It 'does not take -Stream and -AsObject together' {
        { Invoke-PcaiGenerate 'Hi' -Stream -AsObject } | Should -Throw -ErrorId 'PcaiStreamOrObject*'
    }

    It 'is cancelled when the pipeline has enough' {
        $piece = Invoke-PcaiGenerate 'fake: delay_ms=5 tokens=1000000' -MaxTokens 1000000 -Stream | Select-Object -First 1
        $piece | Should -Not -BeNullOrEmpty
        Invoke-PcaiGenerate 'Hi' | Should -Be 'You said: Hi'
    }

    It 'is cancelled by Stop, as by Ctrl+C' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript({
                param($module)
                Import-Module $module
                Initialize-PcaiInference -Backend fake
                Import-PcaiModel 'test.fake'
                Invoke-PcaiGenerate 'fake: delay_ms=5 tokens=1000000' -MaxTokens 1000000
            }).AddArgument((Join-Path $PSScriptRoot '../PcaiInference/PcaiInference.psd1'))
        $running = $shell.BeginInvoke()
        $running.AsyncWaitHandle.WaitOne(3000) | Should -BeFalse
        $shell.Stop() # would hang for more than an hour
        $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        $shell.Dispose()
    }
}

Describe 'Get-PcaiDevice' {
    It 'begins with the processor' {
        @(Get-PcaiDevice)[0].Kind | Should -Be 'Cpu'
    }
}

Describe 'Get-PcaiModel' {
    It 'shows the problem of a damaged file' {
        $folder = Join-Path $TestDrive $script:Unicode
        $null = New-Item -ItemType Directory -Path $folder
        [System.IO.File]::WriteAllText((Join-Path $folder 'damaged.gguf'), 'GGUF')
        $found = Get-PcaiModel -Path $folder | Where-Object { $_.Path -like '*damaged.gguf' }
        $found.Problem | Should -Not -BeNullOrEmpty
    }
}

Describe 'The servers' -Tag Server {
    BeforeAll { $script:Port = Get-Random -Minimum 20000 -Maximum 30000 }
    AfterAll { Get-PcaiServer -Port $script:Port | Stop-PcaiServer -TimeoutSec 0 -Confirm:$false }

    It 'starts nothing with -WhatIf' {
        Start-PcaiServer -Backend fake -Port $script:Port -WhatIf
        Get-PcaiServer -Port $script:Port | Should -BeNullOrEmpty
    }

    It 'starts, is found, is started only once, and stops' {
        $server = Start-PcaiServer -Backend fake -Port $script:Port
        $server.Ready | Should -BeTrue
        (Get-PcaiServer -Port $script:Port).Id | Should -Be $server.Id
        (Start-PcaiServer -Backend fake -Port $script:Port).Id | Should -Be $server.Id
        $server | Stop-PcaiServer -Confirm:$false
        Get-PcaiServer -Port $script:Port | Should -BeNullOrEmpty
    }

    It 'says why a server did not start' {
        { Start-PcaiServer -ModelPath 'no-such-model' -Port $script:Port } | Should -Throw -ErrorId 'PcaiServerNotStarted*'
    }

    It 'names a port without a server' {
        { Stop-PcaiServer -Port $script:Port -ErrorAction Stop } | Should -Throw -ErrorId 'PcaiServerNotFound*'
    }
}
