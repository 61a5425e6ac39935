# An ErrorRecord for what a native call threw: id "Pcai" + the code's name, a category, and the
# PcaiException itself (Code, Field) as the exception.
function ConvertTo-PcaiErrorRecord {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory = $true)]
        [System.Management.Automation.ErrorRecord] $ErrorRecord,

        [object] $TargetObject
    )

    $exception = $ErrorRecord.Exception
    while ($null -ne $exception -and $exception -isnot [PcaiInference.PcaiException]) {
        $exception = $exception.InnerException
    }
    if ($null -eq $exception) { return $ErrorRecord }

    $category = switch ($exception.Code.ToString()) {
        'InvalidRequest' { 'InvalidArgument' }
        'ContextOverflow' { 'LimitsExceeded' }
        'PayloadTooLarge' { 'LimitsExceeded' }
        'ModelNotFound' { 'ObjectNotFound' }
        'InvalidModel' { 'InvalidData' }
        'Unsupported' { 'NotImplemented' }
        'Overloaded' { 'ResourceBusy' }
        'Loading' { 'ResourceUnavailable' }
        'Draining' { 'ResourceUnavailable' }
        'DeadlineExceeded' { 'OperationTimeout' }
        'Cancelled' { 'OperationStopped' }
        'OutOfMemory' { 'ResourceUnavailable' }
        default { 'NotSpecified' }
    }
    New-Object System.Management.Automation.ErrorRecord (
        $exception, "Pcai$($exception.Code)", $category, $TargetObject)
}
