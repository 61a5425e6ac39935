# A remembered server as an object, or nothing when its process is gone. The time of its start is
# compared too, because the system gives numbers of processes away again.
function Read-PcaiServer {
    [CmdletBinding()]
    [OutputType('PcaiInference.Server')]
    param(
        [Parameter(Mandatory = $true)]
        [string] $Path
    )

    try {
        $saved = [System.IO.File]::ReadAllText($Path) | ConvertFrom-Json
        $process = Get-Process -Id $saved.Id -ErrorAction Stop
        $started = $process.StartTime.ToUniversalTime().Ticks
    }
    catch {
        Write-Debug "${Path}: $_"
        return
    }
    if ([Math]::Abs($started - [long]$saved.StartTicks) -gt 2 * [TimeSpan]::TicksPerSecond) { return }
    [PSCustomObject]@{
        PSTypeName = 'PcaiInference.Server'
        Port       = [int]$saved.Port
        Id         = [int]$saved.Id
        Url        = [string]$saved.Url
        Model      = [string]$saved.Model
        Log        = [string]$saved.Log
        Ready      = Test-PcaiReady -Url $saved.Url
    }
}
