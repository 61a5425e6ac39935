# Whether a server answers GET /ready with 200.
function Test-PcaiReady {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)]
        [string] $Url
    )

    $ProgressPreference = 'SilentlyContinue'
    $options = @{ Uri = "$Url/ready"; UseBasicParsing = $true; TimeoutSec = 5; ErrorAction = 'Stop' }
    # A proxy of the environment is not for this machine itself; 5.1 leaves it out by default.
    if ((Get-Command Invoke-WebRequest).Parameters.ContainsKey('NoProxy')) { $options.NoProxy = $true }
    try {
        return (Invoke-WebRequest @options).StatusCode -eq 200
    }
    catch {
        Write-Debug "$Url/ready: $_"
        return $false
    }
}
