using System.Text;
using Microsoft.AspNetCore.Http;

namespace Drydock.Cli.Dashboard;

/// <summary>Sends events until the browser closes the connection or the program ends.</summary>
internal static class EventStream
{
    /// <summary>A comment after this long without an event shows both sides that the connection works.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const string Reconnect = "retry: 2000\n\n";

    /// <summary>Sends the events.</summary>
    public static async Task SendAsync(
        HttpContext context,
        Func<CancellationToken, IAsyncEnumerable<ServerEvent>> source,
        TimeProvider time,
        CancellationToken stopping)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var events = source(end.Token).GetAsyncEnumerator(end.Token);
        var next = Task.FromResult(false);
        try
        {
            await WriteAsync(context.Response, Reconnect, end.Token);
            next = events.MoveNextAsync().AsTask();
            while (true)
            {
                if (!await IsReadyAsync(next, time, end.Token))
                {
                    await WriteAsync(context.Response, ": heartbeat\n\n", end.Token);
                    continue;
                }

                if (!await next)
                {
                    return;
                }

                var (name, data) = events.Current;
                await WriteAsync(context.Response, $"event: {name}\ndata: {data}\n\n", end.Token);
                next = events.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The browser has left, or the program ends. The watch ends with it.
        }
        finally
        {
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await events.DisposeAsync();
        }
    }

    // False once the time of a heartbeat has passed.
    private static async Task<bool> IsReadyAsync(Task next, TimeProvider time, CancellationToken cancellationToken)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(next, Task.Delay(Heartbeat, time, wait.Token));
        await wait.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == next;
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.WriteAsync(text, Encoding.UTF8, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
