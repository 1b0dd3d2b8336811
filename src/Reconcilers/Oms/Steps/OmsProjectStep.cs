namespace Drydock.Reconcilers.Oms;

/// <summary>The base of the steps about projects. None of them fails an upgrade: what cannot be read within a part of
/// the phase's time is reported as unknown, and what differs is listed for the administrator.</summary>
internal abstract record OmsProjectStep : OmsStep
{
    private const int AtATime = 4;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private long? _began;
    private TimeSpan _waited;
    private TimeSpan _lastLook;

    /// <summary>Longer while the wait is long, and as long as the last look took: with thousands of projects the
    /// console is asked half of the time at most.</summary>
    protected override TimeSpan Pause =>
        Longer(Longer(ShortestPause, Shorter(LongestPause, _waited / 20)), _lastLook);

    protected ActionLists Lists => new(Targets);

    protected abstract Task<Observation> LookAsync(
        StepContext context, ProjectRecord? before, CancellationToken cancellationToken);

    /// <summary>The end of the step if the record of the projects cannot be used.</summary>
    protected abstract Observation WithoutRecord(string why);

    public sealed override async Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var looked = context.Time.GetTimestamp();
        _began ??= looked;
        try
        {
            var before = await Targets.ProjectsBeforeAsync(cancellationToken);
            return await LookAsync(context, before, cancellationToken);
        }
        catch (ListUnavailableException exception)
        {
            return WithoutRecord(exception.Message);
        }
        finally
        {
            _lastLook = context.Time.GetElapsedTime(looked);
            _waited = context.Time.GetElapsedTime(_began.Value);
        }
    }

    protected static TimeSpan Patience(TimeSpan whole) => Shorter(TimeSpan.FromMinutes(3), whole / 2);

    /// <summary>Until shortly before the engine would report the step as overdue.</summary>
    protected static TimeSpan AlmostAll(TimeSpan whole) => whole - Shorter(TimeSpan.FromMinutes(1), whole / 10);

    protected async Task<Observation> WithoutAnswerAsync(
        StepContext context, OmsApiException exception, Func<string, Task<Observation>> giveUp) =>
        exception.Kind == OmsApiErrorKind.Unreachable && !IsOver(context, Patience)
            ? new Observation.Running(exception.Message)
            : await giveUp(exception.Message);

    protected static async Task<IReadOnlyList<TResult>> EachAsync<T, TResult>(
        IEnumerable<T> items, Func<T, Task<TResult>> look)
    {
        var seen = new List<TResult>();
        foreach (var few in items.Chunk(AtATime))
        {
            seen.AddRange(await Task.WhenAll(few.Select(look)));
        }

        return seen;
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
