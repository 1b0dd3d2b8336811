namespace Drydock.Cli.Manifests;

/// <summary>The object of a check on the API server. It is deleted also if the answer to its creation was lost, after
/// Ctrl-C, and while the API server restarts. If it cannot be deleted, the user is told its name.</summary>
internal sealed class TrialObject(Invocation invocation, TrialManifest trial)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    // Its name is random, so that the name alone denotes it until the server has told its UID.
    private Run _run = ShownKind.Read(trial.Entity)!;

    public string FullName => _run.FullName;

    public async Task<Run> CreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _run = await trial.Kind.CreateAsync(invocation.Kubernetes, trial.Entity, cancellationToken);
        }
        catch (Exception doubt) when (doubt is KubernetesOutcomeUnknownException or OperationCanceledException)
        {
            await DeleteAsync();
            throw;
        }
    }

    public async Task DeleteAsync()
    {
        var time = invocation.Surroundings.Time;
        using var limit = new CancellationTokenSource(VerbRunner.CleanupLimit, time);
        try
        {
            // A deletion that was carried out already finds nothing the next time.
            while (!await TryDeleteAsync(limit.Token))
            {
                await Task.Delay(RetryAfter, time, limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Say($"the API server has been unavailable for {VerbRunner.CleanupLimit.TotalSeconds:0} s.");
        }
        catch (KubernetesException refused)
        {
            Say(Failures.Explain(refused));
        }
    }

    private async Task<bool> TryDeleteAsync(CancellationToken limit)
    {
        try
        {
            await trial.Kind.DeleteAsync(invocation.Kubernetes, _run, limit);
            return true;
        }
        catch (KubernetesException unclear)
            when (unclear is KubernetesOutcomeUnknownException or { IsTransient: true })
        {
            return false;
        }
    }

    private void Say(string why) => invocation.Surroundings.Errors.WriteLine(
        $"{_run.FullName} was not deleted: {why} Delete it: `kubectl -n {_run.Metadata.Namespace} delete "
        + $"{_run.Kind.ShortName} {_run.Metadata.Name}{invocation.ConnectionOptions}`.");
}
