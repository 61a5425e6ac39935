function Stop-PcaiServer {
    <#
    .SYNOPSIS
    Stops a server that Start-PcaiServer started.

    .DESCRIPTION
    On Linux the server gets SIGTERM and may finish its requests; after -TimeoutSec seconds its process is
    ended. On Windows its process is ended immediately.

    .PARAMETER Port
    The server's port. Takes the objects of Get-PcaiServer from the pipeline.

    .PARAMETER TimeoutSec
    Seconds that its requests may take to finish.

    .EXAMPLE
    Stop-PcaiServer -Port 8080

    Stops the server on port 8080.

    .EXAMPLE
    Get-PcaiServer | Stop-PcaiServer -TimeoutSec 0

    Stops all servers and cancels their requests.

    .INPUTS
    PcaiInference.Server. Its property Port.

    .OUTPUTS
    None.

    .LINK
    Start-PcaiServer
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType([void])]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName = $true)]
        [ValidateRange(1, 65535)]
        [int] $Port = 8080,

        [ValidateRange(0, 86400)]
        [int] $TimeoutSec = 35
    )

    process {
        $server = Get-PcaiServer -Port $Port
        if (-not $server) {
            $PSCmdlet.WriteError((New-PcaiErrorRecord -ErrorId 'PcaiServerNotFound' `
                        -Message "No server that Start-PcaiServer started runs on port $Port." `
                        -Category ObjectNotFound -TargetObject $Port))
            return
        }
        if (-not $PSCmdlet.ShouldProcess($server.Url, 'Stop the server')) { return }
        try {
            $process = [System.Diagnostics.Process]::GetProcessById($server.Id)
            $ended = $false
            if ($TimeoutSec -gt 0 -and -not (Test-PcaiWindows)) {
                & '/bin/sh' '-c' 'kill -TERM "$1"' 'sh' $server.Id
                $end = [DateTime]::UtcNow.AddSeconds($TimeoutSec)
                while (-not ($ended = $process.WaitForExit(200)) -and [DateTime]::UtcNow -lt $end) {
                    Write-Progress -Activity 'Ending the server' -Status $server.Url
                }
                Write-Progress -Activity 'Ending the server' -Completed
            }
            if (-not $ended) {
                $process.Kill()
                $process.WaitForExit()
            }
            Remove-Item -LiteralPath (Join-Path (Get-PcaiStateFolder) "$Port.json")
        }
        catch [System.Management.Automation.PipelineStoppedException] {
            throw
        }
        catch {
            $PSCmdlet.WriteError((New-PcaiErrorRecord -Message "$_" -ErrorId 'PcaiServerNotStopped' `
                        -Category CloseError -TargetObject $server))
        }
    }
}
