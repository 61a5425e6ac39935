function Invoke-PcaiGenerate {
    <#
    .SYNOPSIS
    Asks the loaded model and writes its answer.

    .DESCRIPTION
    Sends each prompt, as one user message through the model's own chat template, to the model that
    Import-PcaiModel loaded. Writes the answer as one text, as pieces of text while they come
    (-Stream), or as an object with usage and times (-AsObject). Ctrl+C, and a pipeline that ends
    early such as Select-Object -First, cancel the native work.

    A prompt that fails is an error that does not end the pipeline; the next prompt is answered.

    .PARAMETER Prompt
    What to ask. Each text of the pipeline is a prompt of its own; read a file with -Raw.

    .PARAMETER Messages
    A conversation instead of a prompt: hashtables or objects with role (system, user, assistant)
    and content.

    .PARAMETER System
    Instructions for the model, before the prompt or the messages.

    .PARAMETER MaxTokens
    Most tokens of the answer. An answer that was cut there gives a warning, or says so in the
    FinishReason of its object.

    .PARAMETER Temperature
    0 = always the likeliest token; the higher, the more varied.

    .PARAMETER TopP
    Sample from the likeliest tokens of this share; 1 = off.

    .PARAMETER TopK
    Sample from so many likeliest tokens; 0 = off.

    .PARAMETER Stop
    The answer ends before any of these texts.

    .PARAMETER Seed
    The same seed gives the same answer. Random when it is not given.

    .PARAMETER JsonSchema
    JSON schema that the answer follows, as JSON text or as a hashtable. Refused with the error
    PcaiUnsupported where the library's version cannot do it.

    .PARAMETER Stream
    Write the answer piece by piece.

    .PARAMETER AsObject
    Write an object with Text, Reasoning, FinishReason, token counts and times.

    .EXAMPLE
    Invoke-PcaiGenerate -Prompt 'Why is the sky blue?' -MaxTokens 200 -Temperature 0

    Asks one question.

    .EXAMPLE
    Invoke-PcaiGenerate 'Tell me a story.' -Stream | ForEach-Object { Write-Host -NoNewline $_ }

    Shows the answer while it is written.

    .EXAMPLE
    Get-ChildItem *.log | ForEach-Object { Get-Content -Raw $_ } | Invoke-PcaiGenerate -System 'Explain this log.' -AsObject

    Asks about each file, one after the other.

    .EXAMPLE
    Invoke-PcaiGenerate -Messages @(
        @{ role = 'user'; content = 'Name a colour.' }
        @{ role = 'assistant'; content = 'Blue.' }
        @{ role = 'user'; content = 'Another one.' }
    )

    Goes on with a conversation.

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
