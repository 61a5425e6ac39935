<#
.SYNOPSIS
Explains the state of this computer in plain words, with a language model that runs on it.

.DESCRIPTION
Collects data about disks, memory, load and the latest errors of the event log (Windows) or the journal
(Linux), and asks a model to explain them. Nothing leaves this computer. The model runs in this PowerShell
process (auto, llamacpp, mistralrs), or in a server on this computer (http). If no server runs, the
script starts one. The answer is the script's output.

.PARAMETER InferenceBackend
auto runs the model in this process, or asks a server if the native library cannot be used;
llamacpp and mistralrs run it in this process with that backend; http asks a server.

.PARAMETER ModelPath
The model's file. The default is the first usable model that Get-PcaiModel finds, or for http the model
that the server has.

.PARAMETER UseNativeInference
Requires that the model runs in this process; without the native library the script fails.

.PARAMETER Port
The server's port, for http.

.PARAMETER Question
What to ask about the data.

.PARAMETER MaxTokens
Maximum number of tokens in the answer.

.PARAMETER ShowData
Also shows the data that was collected.

.EXAMPLE
./PC-AI.ps1

.EXAMPLE
./PC-AI.ps1 -InferenceBackend llamacpp -ModelPath ~/models/qwen2.5-3b-instruct-q4_k_m.gguf -UseNativeInference

.EXAMPLE
./PC-AI.ps1 -InferenceBackend http -Port 9000 -Question 'Is a disk about to fail?'
#>
[CmdletBinding()]
[OutputType([string])]
param(
    [ValidateSet('auto', 'llamacpp', 'mistralrs', 'http')]
    [string] $InferenceBackend = 'auto',

    [string] $ModelPath,

    [switch] $UseNativeInference,

    [ValidateRange(1, 65535)]
    [int] $Port = 8080,

    [string] $Question = 'What is the state of this computer? Name problems first, then what to do about them.',

    [ValidateRange(1, 1000000)]
    [int] $MaxTokens = 512,

    [switch] $ShowData
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$instructions = 'You are a technician who explains the diagnostics of a computer to its owner. ' +
    'Be short and plain. Use only the data given; say so when it shows no problem.'

function Get-WindowsDiagnostic {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    "System: $($system.Caption) $($system.Version), up since $($system.LastBootUpTime)"
    'Memory: {0:N0} MB free of {1:N0} MB' -f ($system.FreePhysicalMemory / 1kb), ($system.TotalVisibleMemorySize / 1kb)
    foreach ($disk in Get-CimInstance -ClassName Win32_LogicalDisk -Filter 'DriveType = 3') {
        'Disk {0} {1:N1} GB free of {2:N1} GB' -f $disk.DeviceID, ($disk.FreeSpace / 1gb), ($disk.Size / 1gb)
    }
    $since = (Get-Date).AddDays(-1)
    $filter = @{ LogName = 'System', 'Application'; Level = 1, 2; StartTime = $since }
    $events = @(Get-WinEvent -FilterHashtable $filter -MaxEvents 15 -ErrorAction SilentlyContinue)
    "Errors in the event log of the last day: $($events.Count)"
    foreach ($entry in $events) {
        $line = ("$($entry.Message)" -split '\r?\n')[0]
        "$($entry.TimeCreated) $($entry.ProviderName) $($entry.Id): $line"
    }
}

function Get-LinuxDiagnostic {
    "System: $(uname -sr), up $((Get-Content /proc/uptime).Split(' ')[0]) seconds"
    "Load: $(Get-Content /proc/loadavg) on $([Environment]::ProcessorCount) processors"
    'Memory:'
    free -m
    'Disks:'
    df -h -x tmpfs -x devtmpfs -x overlay -x squashfs
    $errors = @()
    if (Get-Command journalctl -CommandType Application -ErrorAction SilentlyContinue) {
        $errors = @(journalctl --priority err --since '-1 day' --lines 15 --no-pager --quiet 2>$null)
    }
    if ($errors.Count -eq 0 -and (Get-Command dmesg -CommandType Application -ErrorAction SilentlyContinue)) {
        $errors = @(dmesg '--level=err,crit,alert,emerg' 2>$null | Select-Object -Last 15)
    }
    "Errors in the journal of the last day: $($errors.Count)"
    $errors
}

function Get-Diagnostic {
    $windows = [System.IO.Path]::DirectorySeparatorChar -eq '\'
    $lines = if ($windows) { Get-WindowsDiagnostic } else { Get-LinuxDiagnostic }
    # A long line of a log says little at its end, and the model's context has one.
    $short = foreach ($line in $lines) {
        if ($line.Length -gt 200) { $line.Substring(0, 200) + ' ...' } else { $line }
    }
    $short -join "`n"
}

function Find-Model {
    $usable = @(Get-PcaiModel | Where-Object { -not $_.Problem -and $_.Kind -eq 'Text' })
    if ($usable.Count -eq 0) {
        throw 'No model was found on this computer. Give one with -ModelPath.'
    }
    $usable[0].Path
}

function Invoke-Native([string] $Backend, [string] $Prompt) {
    # A module does not see this script's $ErrorActionPreference.
    Initialize-PcaiInference -Backend $Backend -ErrorAction Stop
    try {
        $path = if ($ModelPath) { $ModelPath } else { Find-Model }
        Write-Verbose "Model: $path"
        Import-PcaiModel -ModelPath $path -ErrorAction Stop
        Invoke-PcaiGenerate -Prompt $Prompt -System $instructions -MaxTokens $MaxTokens -Temperature 0.2 `
            -ErrorAction Stop
    }
    finally {
        Close-PcaiInference
    }
}

function Invoke-Http([string] $Prompt) {
    $url = "http://127.0.0.1:$Port"
    $options = @{ UseBasicParsing = $true; ErrorAction = 'Stop' }
    if ((Get-Command Invoke-WebRequest).Parameters.ContainsKey('NoProxy')) { $options.NoProxy = $true }
    try {
        $null = Invoke-WebRequest @options -Uri "$url/health"
    }
    catch {
        Write-Verbose "No server on $url; starting one."
        $start = @{ Port = $Port }
        if ($ModelPath) { $start.ModelPath = $ModelPath }
        $null = Start-PcaiServer @start
    }
    $body = ConvertTo-Json -Depth 5 @{
        messages    = @(
            @{ role = 'system'; content = $instructions }
            @{ role = 'user'; content = $Prompt }
        )
        max_tokens  = $MaxTokens
        temperature = 0.2
    }
    # Bytes both ways: Windows PowerShell 5.1 would use Latin-1 for a text.
    $response = Invoke-WebRequest @options -Method Post -Uri "$url/v1/chat/completions" -TimeoutSec 600 `
        -ContentType 'application/json' -Body ([System.Text.Encoding]::UTF8.GetBytes($body))
    $text = [System.Text.Encoding]::UTF8.GetString($response.RawContentStream.ToArray())
    (ConvertFrom-Json $text).choices[0].message.content
}

if ($InferenceBackend -eq 'http' -and $UseNativeInference) {
    throw '-UseNativeInference runs the model in this process and -InferenceBackend http does not. Leave one out.'
}

$data = Get-Diagnostic
if ($ShowData) { Write-Host $data; Write-Host }
$prompt = "$Question`n`nDiagnostics:`n$data"

Import-Module (Join-Path $PSScriptRoot 'Modules/PcaiInference.psm1') -Verbose:$false
if ($InferenceBackend -eq 'http') {
    Invoke-Http -Prompt $prompt
}
else {
    try {
        Invoke-Native -Backend $InferenceBackend -Prompt $prompt
    }
    catch {
        $code = $_.FullyQualifiedErrorId.Split(',')[0]
        $absent = $code -eq 'PcaiUnsupported' -and $InferenceBackend -eq 'auto'
        if (-not $absent -or $UseNativeInference) { throw }
        Write-Warning "The model cannot run in this process, asking a server instead. $_"
        Invoke-Http -Prompt $prompt
    }
}
