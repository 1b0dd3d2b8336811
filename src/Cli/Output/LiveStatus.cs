using System.Threading.Channels;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using Drydock.Cli.Verbs;
using Drydock.Cli.Views;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Drydock.Cli.Output;

/// <summary>The tree of <c>status -w</c>, redrawn with each change and each second.</summary>
internal static class LiveStatus
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Shows the run until it is Ready or Stalled.</summary>
    public static async Task<int> ShowAsync(
        Invocation invocation, IAsyncEnumerable<Run?> changes, bool isWide, CancellationToken cancellationToken)
    {
        var text = new StatusText(isWide);
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
                while (state is RunState.InProgress or RunState.Held)
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
                    }

                    await tick.CancelAsync();
                    if (run is null)
                    {
                        continue;
                    }

                    var view = RunViewBuilder.BuildWithOffers(run, invocation.Now);
                    state = view.State;
                    live.UpdateTarget(Render(text, view));
                }
            });
        await end.CancelAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return StatusCommand.ExitCode(state);
    }

    /// <summary>The tree as it is drawn at one moment.</summary>
    public static Rows Render(StatusText text, RunView view) =>
        // Rows leave out what is empty.
        new([.. text.Lines(view).Select(line => (IRenderable)new Markup(line.Length == 0 ? " " : line))]);

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
