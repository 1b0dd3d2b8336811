namespace Drydock.Cli.Changes;

/// <summary>Says what a change does, asks, writes it, and waits until the operator has taken it up.</summary>
internal static class ChangeFlow
{
    public static async Task<int> RunAsync(
        Invocation invocation,
        ParseResult parsed,
        ChangeOptions options,
        string name,
        Func<Run, Change> plan,
        CancellationToken cancellationToken)
    {
        var run = await RunLookup.FindAsync(invocation, name, cancellationToken);
        var change = plan(run);
        var output = invocation.Surroundings.Output;
        output.WriteLine(change.Sentence);
        if (!parsed.GetValue(options.Yes))
        {
            Confirmation.Ask(invocation.Surroundings);
        }

        (run, change) = await ChangeWriter.WriteAsync(invocation.Kubernetes, run, change, plan, cancellationToken);
        if (parsed.GetValue(options.NoWait))
        {
            output.WriteLine("Written. The operator takes it up when it sees the object next.");
            return ExitCodes.Done;
        }

        var patience = parsed.GetValue(options.Timeout) ?? ChangeOptions.Patience;
        return await WaitAsync(invocation, run, change, patience, cancellationToken);
    }

    private static async Task<int> WaitAsync(
        Invocation invocation, Run run, Change change, TimeSpan patience, CancellationToken cancellationToken)
    {
        var effect = await ChangeWriter.WaitAsync(
            invocation.Kubernetes, run, change, patience, invocation.Surroundings.Time, cancellationToken);
        invocation.Surroundings.Output.WriteLine(effect?.Sentence ?? ChangeWriter.NotTakenUp(run, patience));
        return effect is null ? ExitCodes.NotTakenUp : effect.IsRefused ? ExitCodes.Ignored : ExitCodes.Done;
    }
}
