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
        var state = RunState.InProgress;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var changes = follow(sentence => Volatile.Write(ref outage, sentence))
            .GetAsyncEnumerator(end.Token);
        var next = changes.MoveNextAsync().AsTask();
        try
        {
            await invocation.Console.Live(new Text("Waiting for the API server."))
                .Overflow(VerticalOverflow.Crop)
                .StartAsync(async live =>
                {
                    Run? run = null;
                    while (!StatusCommand.IsOver(state, throughHolds))
                    {
                        using var tick = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                        await Task.WhenAny(next, Task.Delay(Second, invocation.Surroundings.Time, tick.Token));
                        cancellationToken.ThrowIfCancellationRequested();
                        await tick.CancelAsync();
                        if (next.IsCompleted)
                        {
                            // The changes end with the state of a run that was deleted.
                            run = (await next ? changes.Current : null)
                                ?? throw new CliException("The object was deleted.");
                            Volatile.Write(ref outage, null);
                            next = changes.MoveNextAsync().AsTask();
                        }

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
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAny(next);
        }

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
}
