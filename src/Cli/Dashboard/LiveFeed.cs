using System.Runtime.CompilerServices;
using System.Text.Json;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;

namespace Drydock.Cli.Dashboard;

/// <summary>
/// A feed as a page receives it: at most one event of a name each 200 ms, and an event while the API server does not
/// answer, which a silent watch notices only minutes later.
/// </summary>
internal sealed class LiveFeed(IKubernetesClient kubernetes, TimeProvider time)
{
    /// <summary>Changes within this time are sent as one.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromMilliseconds(200);

    /// <summary>How often the API server is asked for a sign of life.</summary>
    public static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(10);

    /// <summary>An API server that needs longer is reported as one that does not answer.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private static readonly ServerEvent Unreachable = new(
        ServerEvent.Unreachable,
        JsonSerializer.Serialize(
            new MessageView("The API server does not answer."), DashboardJsonContext.Default.MessageView));

    /// <summary>
    /// The events of a feed. Once an API server that did not answer answers again, the feed begins again, because its
    /// watch may wait on a lost connection. Cancel before the enumeration is left.
    /// </summary>
    public async IAsyncEnumerable<ServerEvent> FollowAsync(
        Func<CancellationToken, IAsyncEnumerable<ServerEvent>> feed,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pending = new PendingEvents();
        var work = ForwardAsync(feed, pending, end.Token);
        try
        {
            while (await pending.WaitAsync(end.Token))
            {
                foreach (var next in pending.Take())
                {
                    yield return next;
                }

                await Task.Delay(Together, time, end.Token);
            }
        }
        finally
        {
            await end.CancelAsync();
            await work;
        }
    }

    private async Task ForwardAsync(
        Func<CancellationToken, IAsyncEnumerable<ServerEvent>> feed,
        PendingEvents pending,
        CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var recovered = EndWhenRecoveredAsync(attempt, pending);
                try
                {
                    await foreach (var next in feed(attempt.Token))
                    {
                        pending.Add(next);
                    }

                    pending.Complete(null);
                    return;
                }
                catch (OperationCanceledException)
                    when (attempt.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                {
                    // The API server answers again.
                }
                finally
                {
                    await attempt.CancelAsync();
                    await recovered.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
        catch (Exception failure)
        {
            // A defect of this program, or the end of the page: the reader meets it.
            pending.Complete(failure);
        }
    }

    // Says that the API server does not answer, and ends the attempt when it does again.
    private async Task EndWhenRecoveredAsync(CancellationTokenSource attempt, PendingEvents pending)
    {
        var isLost = false;
        while (true)
        {
            await Task.Delay(AskEvery, time, attempt.Token);
            if (!await AnswersAsync(attempt.Token))
            {
                isLost = true;
                pending.Add(Unreachable);
            }
            else if (isLost)
            {
                await attempt.CancelAsync();
                return;
            }
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AnswerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await kubernetes.GetServerVersionAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (KubernetesUnreachableException)
        {
            return false;
        }
        catch (KubernetesException)
        {
            // A refusal is an answer.
            return true;
        }
    }
}
