namespace Drydock.Reconcilers.Databases;

/// <summary>Replaces the program of an instance so that a refusal does not leave it down for longer than needed: if the
/// former program is still in its place, it is started again, and the message says whether the process runs.</summary>
internal sealed class InstanceReplacement(IInstanceHost host, string formerVersion)
{
    private string Name => $"{host.Target.Name} on {host.Target.Host}";

    /// <summary>Prepares the replacement while the process serves.</summary>
    /// <exception cref="HostException">It is impossible; the process was not touched.</exception>
    public async Task StageAsync(InstanceGoal swap, string? ask, CancellationToken cancellationToken)
    {
        try
        {
            await host.StageAsync(swap, ask, cancellationToken);
        }
        catch (HostException refusal) when (IsRefusal(refusal))
        {
            throw With(refusal, $"{Name} was not stopped and still runs {formerVersion}.");
        }
    }

    public async Task ReplaceAsync(
        InstanceGoal swap, FileReplacement? file, Func<InstanceProcess, Task> ensureMayStop,
        CancellationToken cancellationToken)
    {
        try
        {
            await host.ReplaceAsync(swap, file, ensureMayStop, cancellationToken);
        }
        catch (HostException refusal) when (IsRefusal(refusal))
        {
            throw With(refusal, await RecoverAsync(swap, cancellationToken));
        }
    }

    // A host that does not answer, or did not say what became of a command, is asked again before anything is done.
    private static bool IsRefusal(HostException exception) =>
        exception.Reason != Reasons.HostUnreachable && !exception.MayHaveRun;

    private async Task<string> RecoverAsync(InstanceGoal swap, CancellationToken cancellationToken)
    {
        try
        {
            var process = await host.LookAsync(cancellationToken);
            if (process.IsAlive)
            {
                return process.ExecutableSha256 == swap.FormerSha256
                    ? $"{Name} runs {formerVersion}."
                    : $"{Name} runs (pid {process.Pid}).";
            }

            // A plain process of another directory has no program in place that could be started again.
            if (host.Target.Swap == SwapMethod.NewDirectory)
            {
                return $"{Name} was stopped and is DOWN; the next attempt, or a `retry`, starts it.";
            }

            if (process.InstalledSha256 == swap.Sha256)
            {
                return $"{Name} is DOWN; its new program is in place. The next attempt, or a `retry`, completes the "
                    + "replacement and starts it.";
            }

            if (process.InstalledSha256 != swap.FormerSha256)
            {
                return $"{Name} is DOWN; neither the former nor the new program is in its place.";
            }

            // The file of its configuration is replaced after the program: it is the one the former program had.
            await host.StartAsync(swap.Directory, cancellationToken);
            process = await host.LookAsync(cancellationToken);
            return process.IsAlive
                ? $"{Name} was stopped, and its former program was started again: it runs {formerVersion}."
                : $"{Name} is DOWN: its former program was started again and ended ({process.SupervisionText}). "
                    + "Read its log.";
        }
        catch (HostException exception)
        {
            return $"{Name} is DOWN or its state is unknown: {exception.Message}";
        }
    }

    private static HostException With(HostException refusal, string state) => new(
        refusal.Host, refusal.Reason, $"{state} {refusal.Message}", refusal.IsRetryable, innerException: refusal)
    {
        Field = refusal.Field,
    };
}
