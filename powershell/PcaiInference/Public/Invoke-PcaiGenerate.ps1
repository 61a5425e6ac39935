function Invoke-PcaiGenerate {
    <#
    .SYNOPSIS
    Sends a prompt to the loaded model and returns its answer.

    .DESCRIPTION
    Sends each prompt, as one user message through the model's own chat template, to the model that
    Import-PcaiModel loaded. Returns the answer as one string, as pieces of text while the model
    generates them (-Stream), or as an object with usage and times (-AsObject). Ctrl+C cancels the native
    work, and so does a pipeline that ends early, such as Select-Object -First.

    If a prompt fails, it writes an error, and the pipeline continues with the next prompt.

    .PARAMETER Prompt
    The prompt. Each string of the pipeline is a separate prompt; read a file with -Raw.

    .PARAMETER Messages
    A conversation instead of a prompt: hashtables or objects with role (system, user, assistant)
    and content.

    .PARAMETER System
    Instructions for the model; they precede the prompt or the messages.

    .PARAMETER MaxTokens
    Maximum number of tokens in the answer. If the answer was cut, there is a warning, or the object's
    FinishReason says so.

    .PARAMETER Temperature
    Sampling temperature. 0 = always the most likely token; higher values vary more.

    .PARAMETER TopP
    Nucleus sampling: keep the most likely tokens up to this total probability; 1 = off.

    .PARAMETER TopK
    Keep only this many of the most likely tokens; 0 = off.

    .PARAMETER Stop
    The answer ends before any of these strings.

    .PARAMETER Seed
    The same seed gives the same answer. The default is a random seed.

    .PARAMETER JsonSchema
    JSON schema that the answer matches, as JSON text or as a hashtable. If the library's version does
    not support it, the error is PcaiUnsupported.

    .PARAMETER Stream
    Returns the answer piece by piece.

    .PARAMETER AsObject
    Returns an object with Text, Reasoning, FinishReason, token counts and times.

    .EXAMPLE
    Invoke-PcaiGenerate -Prompt 'Why is the sky blue?' -MaxTokens 200 -Temperature 0

    Asks one question.

    .EXAMPLE
    Invoke-PcaiGenerate 'Tell me a story.' -Stream | ForEach-Object { Write-Host -NoNewline $_ }

    Shows the answer while the model generates it.

    .EXAMPLE
    Get-ChildItem *.log | ForEach-Object { Get-Content -Raw $_ } | Invoke-PcaiGenerate -System 'Explain this log.' -AsObject

    Asks about each file, one after the other.

    .EXAMPLE
    Invoke-PcaiGenerate -Messages @(
        @{ role = 'user'; content = 'Name a colour.' }
        @{ role = 'assistant'; content = 'Blue.' }
        @{ role = 'user'; content = 'Another one.' }
    )

    Continues a conversation.

    .INPUTS
    System.String. The prompt.

    .OUTPUTS
    System.String, or PcaiInference.GenerateResult with -AsObject.

    .LINK
    Import-PcaiModel
    #>
    [CmdletBinding(DefaultParameterSetName = 'Prompt')]
    [OutputType([string])]
    [OutputType('PcaiInference.GenerateResult')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true, ParameterSetName = 'Prompt')]
        [ValidateNotNullOrEmpty()]
        [string] $Prompt,

        [Parameter(Mandatory = $true, ParameterSetName = 'Messages')]
        [ValidateNotNullOrEmpty()]
        [object[]] $Messages,

        [string] $System,

        [uint32] $MaxTokens = 2048,

        [float] $Temperature = 0.7,

        [float] $TopP = 0.9,

        [int] $TopK = 40,

        [string[]] $Stop,

        [uint64] $Seed,

        [object] $JsonSchema,

        [switch] $Stream,

        [switch] $AsObject
    )

    begin {
        $asked = $PSBoundParameters # in process, the pipeline's own values come in too
        $problem = if ($Stream -and $AsObject) {
            New-PcaiErrorRecord -ErrorId 'PcaiStreamOrObject' -Category InvalidArgument `
                -Message 'Use either -Stream or -AsObject.'
        }
        elseif ($null -eq $script:Model) {
            New-PcaiErrorRecord -ErrorId 'PcaiNoModel' -Category InvalidOperation `
                -Message 'No model is loaded. Call Initialize-PcaiInference and Import-PcaiModel first.'
        }
        if ($problem) { $PSCmdlet.ThrowTerminatingError($problem) }
    }

    process {
        $generation = $null
        try {
            $request = New-Object PcaiInference.Request
            if ($System) { $request.Messages.Add((New-Object PcaiInference.Message ('System', $System))) }
            if ($PSCmdlet.ParameterSetName -eq 'Messages') {
                foreach ($message in $Messages) {
                    $request.Messages.Add((ConvertTo-PcaiMessage -InputObject $message))
                }
            }
            else {
                $request.Messages.Add((New-Object PcaiInference.Message ('User', $Prompt)))
            }
            $request.MaxTokens = $MaxTokens
            $request.Temperature = $Temperature
            $request.TopP = $TopP
            $request.TopK = $TopK
            if ($asked.ContainsKey('Stop')) { $request.Stop = $Stop }
            if ($asked.ContainsKey('Seed')) { $request.Seed = $Seed }
            if ($asked.ContainsKey('JsonSchema')) {
                $request.JsonSchema = if ($JsonSchema -is [string]) { $JsonSchema }
                else { ConvertTo-Json -InputObject $JsonSchema -Depth 100 -Compress }
            }

            $generation = $script:Model.Start($request)
            while (-not $generation.Ended) {
                $piece = $generation.Next($script:PollTime)
                if ($Stream -and $null -ne $piece -and $piece.Kind -eq 'Text' -and $piece.Text) {
                    $piece.Text
                }
            }
            $result = $generation.Result
            if ($AsObject) { $result }
            elseif (-not $Stream) { $result.Text }
            if (-not $AsObject -and $result.FinishReason -eq 'Length') {
                Write-Warning "The answer was cut after $($result.CompletionTokens) tokens."
            }
        }
        catch [System.Management.Automation.PipelineStoppedException] {
            throw # Ctrl+C, or Select-Object has enough
        }
        catch {
            $target = if ($PSCmdlet.ParameterSetName -eq 'Messages') { $Messages } else { $Prompt }
            $PSCmdlet.WriteError((ConvertTo-PcaiErrorRecord -ErrorRecord $_ -TargetObject $target))
        }
        finally {
            # Cancels what still runs; Ctrl+C comes here too.
            if ($null -ne $generation) { $generation.Dispose() }
        }
    }
}
