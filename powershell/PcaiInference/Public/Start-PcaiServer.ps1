function Start-PcaiServer {
    <#
    .SYNOPSIS
    Starts the program pcai as a server for OpenAI clients and waits until it is ready.

    .DESCRIPTION
    The server listens on 127.0.0.1. It is a separate process and continues to run when PowerShell ends;
    Stop-PcaiServer ends it. If a server that was started this way already runs on the port, the function
    returns that one. It looks for the program in this order: -ProgramPath, PCAI_PROGRAM, beside the
    native library, beside the module, on the path.

    .PARAMETER ModelPath
    The model's file, or the id of a model that Get-PcaiModel finds. The default is the program's default
    model.

    .PARAMETER Port
    The port to listen on.

    .PARAMETER Backend
    The backend that runs the model, as in Initialize-PcaiInference.

    .PARAMETER GpuLayers
    Layers to put on a GPU: -1 = all that fit, 0 = none.

    .PARAMETER ProgramPath
    The program pcai.

    .PARAMETER TimeoutSec
    Seconds to wait until the model is loaded. If the server is not ready by then, it is stopped.

    .EXAMPLE
    Start-PcaiServer -ModelPath ~/models/qwen2.5-3b-instruct-q4_k_m.gguf -Port 9000

    Serves a model on http://127.0.0.1:9000/v1.

    .EXAMPLE
    Start-PcaiServer -Backend fake -WhatIf

    Only shows what would be started.

    .INPUTS
    None.

    .OUTPUTS
    PcaiInference.Server

    .LINK
    Get-PcaiServer

    .LINK
    Stop-PcaiServer
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType('PcaiInference.Server')]
    param(
        [Parameter(Position = 0)]
        [string] $ModelPath,

        [ValidateRange(1, 65535)]
        [int] $Port = 8080,

        [ValidateSet('auto', 'llamacpp', 'mistralrs', 'fake')]
        [string] $Backend = 'auto',

        [ValidateRange(-1, 4096)]
        [int] $GpuLayers = -1,

        [string] $ProgramPath,

        [ValidateRange(1, 86400)]
        [int] $TimeoutSec = 300
    )

    process {
        $running = Get-PcaiServer -Port $Port
        if ($running) {
            Write-Verbose "A server already runs on port $Port."
            return $running
        }
        $url = "http://127.0.0.1:$Port"
        if (Test-PcaiReady -Url $url) {
            $PSCmdlet.ThrowTerminatingError((New-PcaiErrorRecord -ErrorId 'PcaiPortInUse' `
                        -Message "Another server already answers on port $Port. Choose another -Port." `
                        -Category ResourceExists -TargetObject $Port))
        }
        $program = Find-PcaiProgram -ProgramPath $ProgramPath
        if (-not $program) {
            $PSCmdlet.ThrowTerminatingError((New-PcaiErrorRecord -ErrorId 'PcaiProgramNotFound' `
                        -Message 'The program pcai was not found. Put it on the path, or use -ProgramPath.' `
                        -Category ObjectNotFound))
        }

        $words = @('serve', '--host', '127.0.0.1', '--port', "$Port",
            '--backend', $Backend.ToLowerInvariant(), '--gpu-layers', "$GpuLayers")
        if ($ModelPath) {
            $isFile = Test-Path -LiteralPath $ModelPath
            if ($isFile) { $ModelPath = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($ModelPath) }
            $words += @('--model', $ModelPath)
        }
        if (-not $PSCmdlet.ShouldProcess($url, "Start $program")) { return }

        $folder = Get-PcaiStateFolder
        $null = New-Item -ItemType Directory -Force -Path $folder
        $log = Join-Path $folder "$Port.log"
        $process = $null
        $ready = $false
        try {
            $process = Start-PcaiProcess -Program $program -Arguments $words -Log $log
            $end = [DateTime]::UtcNow.AddSeconds($TimeoutSec)
            while (-not ($ready = Test-PcaiReady -Url $url)) {
                Write-Progress -Activity 'Starting the server' -Status $url
                if ($process.WaitForExit(200)) {
                    throw "The server ended with code $($process.ExitCode). $(Get-PcaiLogEnd -Path $log)"
                }
                if ([DateTime]::UtcNow -gt $end) { throw "The server was not ready in $TimeoutSec seconds." }
            }
            $saved = [ordered]@{
                Port       = $Port
                Id         = $process.Id
                StartTicks = $process.StartTime.ToUniversalTime().Ticks
                Url        = $url
                Model      = $ModelPath
                Log        = $log
            }
            [System.IO.File]::WriteAllText((Join-Path $folder "$Port.json"), (ConvertTo-Json $saved))
        }
        catch [System.Management.Automation.PipelineStoppedException] {
            throw
        }
        catch {
            $ready = $false
            $PSCmdlet.ThrowTerminatingError((New-PcaiErrorRecord -Message "$_" -TargetObject $program `
                        -ErrorId 'PcaiServerNotStarted' -Category OpenError))
        }
        finally {
            # Ctrl+C comes here too: a server that is not ready does not stay behind.
            Write-Progress -Activity 'Starting the server' -Completed
            if ($null -ne $process -and -not $ready -and -not $process.HasExited) { $process.Kill() }
        }
        Get-PcaiServer -Port $Port
    }
}
