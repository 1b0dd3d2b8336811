namespace Drydock.Reconcilers.Snapshots;

/// <summary>Ends a job with an outcome. Its message is the outcome's.</summary>
internal sealed class RestoreStopException(RestoreOutcome outcome) : Exception(outcome.Message)
{
    /// <summary>What the job came to.</summary>
    public RestoreOutcome Outcome => outcome;
}
