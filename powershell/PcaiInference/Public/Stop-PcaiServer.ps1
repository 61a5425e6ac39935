function Stop-PcaiServer {
    <#
    .SYNOPSIS
    Ends a server that Start-PcaiServer started.

    .DESCRIPTION
    On Linux the server is asked to end (SIGTERM) and may finish its requests; after -TimeoutSec
    seconds, and on Windows at once, its process is ended.

    .PARAMETER Port
    The server's port. Takes the objects of Get-PcaiServer from the pipeline.

    .PARAMETER TimeoutSec
    Seconds that its requests may go on.

    .EXAMPLE
    Stop-PcaiServer -Port 8080

    Ends the server on port 8080.

    .EXAMPLE
    Get-PcaiServer | Stop-PcaiServer -TimeoutSec 0

    Ends all servers, and their requests with them.

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
