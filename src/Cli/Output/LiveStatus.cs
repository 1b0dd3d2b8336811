using System.Threading.Channels;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Drydock.Cli.Output;

/// <summary>The tree of <c>status -w</c>, redrawn with each change and each second.</summary>
internal static class LiveStatus
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static async Task<int> ShowAsync(
        Invocation invocation,
        Func<Action<string>, IAsyncEnumerable<Run?>> follow,
        bool isWide,
        bool throughHolds,
        CancellationToken cancellationToken)
    {
        var text = new StatusText(isWide);
        string? outage = null;
        var changes = follow(sentence => Volatile.Write(ref outage, sentence));
        var state = RunState.InProgress;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var latest = Channel.CreateBounded<Run?>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var reading = ReadAsync(changes, latest.Writer, end.Token);
        await invocation.Console.Live(new Text("Waiting for the API server."))
            .Overflow(VerticalOverflow.Crop)
            .StartAsync(async live =>
            {
                Run? run = null;
                while (!StatusCommand.IsOver(state, throughHolds))
                {
                    using var tick = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                    var arrived = latest.Reader.WaitToReadAsync(tick.Token).AsTask();
                    await Task.WhenAny(arrived, Task.Delay(Second, invocation.Surroundings.Time, tick.Token));
                    cancellationToken.ThrowIfCancellationRequested();
                    if (arrived.IsCompleted)
                    {
                        if (!await arrived)
                        {
                            // The source ended: it says why.
                            await reading;
                        }

                        run = await latest.Reader.ReadAsync(cancellationToken)
                            ?? throw new CliException("The object was deleted.");
                        Volatile.Write(ref outage, null);
                    }

                    await tick.CancelAsync();
                    if (run is null)
                    {
                        continue;
                    }

                    var view = RunViewBuilder.BuildWithOffers(run, invocation.Now);
                    state = view.State;
                    invocation.Console.Profile.Width = invocation.Surroundings.PresentWidth;
                    live.UpdateTarget(Render(text, view, Volatile.Read(ref outage)));
                }
            });
        await end.CancelAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return StatusCommand.ExitCode(state);
    }

    /// <summary>The tree as it is drawn at one moment.</summary>
    /// <param name="outage">Why the tree may be old; null if it is not.</param>
    public static Rows Render(StatusText text, RunView view, string? outage = null)
    {
        var lines = text.Lines(view);
        if (outage is not null)
        {
            lines = lines.Append($"[yellow]{Texts.Escape(outage)}[/]");
        }

        // Rows leave out what is empty.
        return new([.. lines.Select(line => (IRenderable)new Markup(line.Length == 0 ? " " : line))]);
    }

    private static async Task ReadAsync(
        IAsyncEnumerable<Run?> changes, ChannelWriter<Run?> writer, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var run in changes.WithCancellation(cancellationToken))
            {
                await writer.WriteAsync(run, cancellationToken);
            }
        }
        finally
        {
            writer.TryComplete();
        }
    }
}
