using Spectre.Console;
using Spectre.Console.Rendering;

namespace Drydock.Cli.Output;

/// <summary>What <c>status -w</c> shows, redrawn with each change and each second.</summary>
internal static class LiveStatus
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <param name="render">What is drawn of a state, at its second; the text says why the state may be old.</param>
    /// <returns>The state after which <paramref name="isOver"/>.</returns>
    public static async Task<T> ShowAsync<T>(
        Invocation invocation,
        Func<Action<string>, IAsyncEnumerable<T?>> follow,
        Func<T, string?, IRenderable> render,
        Func<T, bool> isOver,
        CancellationToken cancellationToken)
        where T : class
    {
        string? outage = null;
        T? last = null;
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
                    while (last is null || !isOver(last))
                    {
                        using var tick = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                        await Task.WhenAny(next, Task.Delay(Second, invocation.Surroundings.Time, tick.Token));
                        cancellationToken.ThrowIfCancellationRequested();
                        await tick.CancelAsync();
                        if (next.IsCompleted)
                        {
                            // The changes end with the state of a run that was deleted.
                            last = (await next ? changes.Current : null)
                                ?? throw new CliException("The object was deleted.");
                            Volatile.Write(ref outage, null);
                            next = changes.MoveNextAsync().AsTask();
                        }

                        if (last is not null)
                        {
                            invocation.Console.Profile.Width = invocation.Surroundings.PresentWidth;
                            live.UpdateTarget(render(last, Volatile.Read(ref outage)));
                        }
                    }
                });
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAny(next);
        }

        return last!;
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
