namespace Drydock.Reconcilers.Oms;

/// <summary>Waits until the new container has run for as long as the vendor's guide asks before docker_init.sh
/// (docs/project/research/oms.md#initialisation). The start is the container's own, read from dockerd together with the
/// host's clock, so that a restarted operator waits only the rest, and a container that was started again is waited for
/// again. The first start that was seen is also in the receipt, for the readers of status.</summary>
/// <param name="For">How long it must have run, a duration.</param>
internal sealed record WaitBeforeInit(string Container, string For) : OmsStep, IWaitsOnly
{
    /// <summary>Receipt: when the container was started, by its host's clock, as this step saw it first.</summary>
    public const string StartedKey = "startedAt";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    internal override string Verb => "wait";
    internal override TimeSpan PlannedWait => KubernetesDuration.Parse(For);
    internal override string Title(string? node) => $"Wait until {Container} on {node} has run for {For}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await InspectAsync(context, Container, cancellationToken)
            is not { State.Running: true, StartedAt: { } started })
        {
            return new Failed(Reasons.ComponentsUnhealthy, NotRunning(context, Container));
        }

        var until = started + PlannedWait;
        return until <= await NodeTimeAsync(context, cancellationToken) ? new Done($"{Container} has run for {For}.")
            : context.Receipt(StartedKey) is null
            ? new NotStarted($"{Container} was started at {Text(started)}.")
            : new Running(
                $"docker_init.sh starts at {until:HH:mm:ss} UTC by the clock of {context.Node}, {For} after the "
                + $"start of {Container}, as the vendor's guide asks.");
    }

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        await InspectAsync(context, Container, cancellationToken) is { StartedAt: { } started }
            ? new ExpectedDuration(PlannedWait, $"The vendor's guide asks for {For} after the start of {Container}.")
                .AddTo(Entry(StartedKey, Text(started)))
            : throw Down(context, Container);

    // Nothing happens on the host at the end of the wait; the operator's clock is near enough to know when to look.
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken)
    {
        var left = DateTimeOffset.TryParse(
            context.Receipt(StartedKey), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var started)
            ? started + PlannedWait - context.Time.GetUtcNow()
            : TimeSpan.Zero;
        var pause = left < ShortestPause ? ShortestPause : left < LongestPause ? left : LongestPause;
        return Task.Delay(pause, context.Time, cancellationToken);
    }

    private async Task<DateTimeOffset> NodeTimeAsync(StepContext context, CancellationToken cancellationToken) =>
        (await Docker(context).System.GetSystemInfoAsync(cancellationToken)).Clock ?? context.Time.GetUtcNow();

    private static string Text(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
