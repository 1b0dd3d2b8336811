using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Drydock.Abstractions.Values;
using Drydock.Cli.Runs;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;

namespace Drydock.Cli.Dashboard;

/// <summary>Watches runs for the page. What fails is sent as a problem and tried again.</summary>
/// <param name="kubernetes">The API server, with the user's rights.</param>
/// <param name="scope">The namespace; null for all.</param>
/// <param name="ownNamespace">The namespace to show if the user may not list all.</param>
/// <param name="time">The clock.</param>
internal sealed class RunFeeds(IKubernetesClient kubernetes, string? scope, string ownNamespace, TimeProvider time)
{
    /// <summary>Changes within this time are sent as one.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(3);

    /// <summary>How the user chose the cluster, so that the commands on the page mean the same runs.</summary>
    public RunAddress Address { get; init; } = RunAddress.Default;

    /// <summary>All runs, now and after each change. Cancel before the enumeration is left.</summary>
    public async IAsyncEnumerable<ServerEvent> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parts = new ConcurrentDictionary<RunKind, Part>();
        var changed = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watches = Task.WhenAll(RunKind.All.Select(kind => FollowKindAsync(kind, end.Token)));
        try
        {
            await foreach (var _ in changed.Reader.ReadAllAsync(cancellationToken))
            {
                await Task.Delay(Together, time, cancellationToken);
                if (parts.Count == RunKind.All.Count)
                {
                    yield return Event(
                        ServerEvent.Runs, View([.. parts.Values]), DashboardJsonContext.Default.RunListView);
                }
            }
        }
        finally
        {
            await end.CancelAsync();
            await watches;
        }

        async Task FollowKindAsync(RunKind kind, CancellationToken token)
        {
            try
            {
                await foreach (var part in PartsAsync(kind, token))
                {
                    parts[kind] = part;
                    changed.Writer.TryWrite(true);
                }
            }
            catch (Exception failure)
            {
                // Everything else is a defect of this program: the reader meets it.
                changed.Writer.TryComplete(failure);
            }
        }
    }

    /// <summary>All runs as they are now, as JSON.</summary>
    public async Task<string> ListOnceAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var lists = ListAsync(end.Token).GetAsyncEnumerator(end.Token);
        await lists.MoveNextAsync();
        await end.CancelAsync();
        return lists.Current.Data;
    }

    /// <summary>One run, now and after each change.</summary>
    public async IAsyncEnumerable<ServerEvent> FollowAsync(
        RunKind kind,
        string @namespace,
        string name,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var runs = Attempts(
            end => kind.FollowAsync(kubernetes, @namespace, name, time, end), cancellationToken);
        await foreach (var (run, problem) in runs)
        {
            yield return problem is not null
                ? Event(ServerEvent.Problem, new MessageView(problem.Message), DashboardJsonContext.Default.MessageView)
                : run is null
                    ? Event(
                        ServerEvent.Gone,
                        new MessageView($"There is no {kind.Kind} {name} in namespace {@namespace}."),
                        DashboardJsonContext.Default.MessageView)
                    : Event(
                        ServerEvent.Run,
                        RunPages.Page(run with { Address = Address }, time.GetUtcNow()),
                        DashboardJsonContext.Default.RunPageView);
        }
    }

    private async IAsyncEnumerable<Part> PartsAsync(
        RunKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parts = new PartReader(kind);
        await foreach (var (found, problem) in AttemptsAsync(kind, scope, cancellationToken))
        {
            if (problem is { IsForbidden: true } && scope is null)
            {
                // A user who may not list all namespaces sees at least that of the context.
                parts.Limit = $"Only namespace {ownNamespace} is shown for {kind.Plural}. {problem.Message}";
                break;
            }

            yield return parts.Read(found, problem);
        }

        await foreach (var (found, problem) in AttemptsAsync(kind, ownNamespace, cancellationToken))
        {
            yield return parts.Read(found, problem);
        }
    }

    private IAsyncEnumerable<(FoundRuns? Found, Problem? Problem)> AttemptsAsync(
        RunKind kind, string? space, CancellationToken cancellationToken) =>
        Attempts(end => kind.FollowAllAsync(kubernetes, space, time, end), cancellationToken);

    // What a watch says; a failure is said once, and the watch begins again.
    private async IAsyncEnumerable<(T? Value, Problem? Problem)> Attempts<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> begin,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? said = null;
        while (true)
        {
            Problem? problem = null;
            await using (var values = begin(cancellationToken).GetAsyncEnumerator(cancellationToken))
            {
                while (true)
                {
                    try
                    {
                        if (!await values.MoveNextAsync())
                        {
                            break;
                        }
                    }
                    catch (Exception failure) when (DashboardProblems.IsShown(failure))
                    {
                        problem = new Problem(
                            DashboardProblems.Explain(failure), failure is KubernetesForbiddenException);
                        break;
                    }

                    said = null;
                    yield return (values.Current, null);
                }
            }

            if (problem is not null && problem.Message != said)
            {
                said = problem.Message;
                yield return (default, problem);
            }

            await Task.Delay(RetryAfter, time, cancellationToken);
        }
    }

    private RunListView View(IReadOnlyList<Part> parts)
    {
        var now = time.GetUtcNow();
        return new RunListView(
            now,
            [
                .. parts.SelectMany(p => p.Runs)
                    .OrderBy(r => r.Metadata.Namespace, StringComparer.Ordinal)
                    .ThenBy(r => r.Metadata.Name, StringComparer.Ordinal)
                    .Select(r => RunPages.Summary(r, now)),
            ],
            [.. parts.SelectMany(p => p.Problems).Distinct(StringComparer.Ordinal)]);
    }

    private static ServerEvent Event<T>(string name, T data, JsonTypeInfo<T> type) =>
        new(name, JsonSerializer.Serialize(data, type));

    private sealed record Part(IReadOnlyCollection<Run> Runs, IReadOnlyList<string> Problems);

    // Keeps the runs that were read last while later reads fail.
    private sealed class PartReader(RunKind kind)
    {
        private IReadOnlyCollection<Run> _last = [];

        // Why only one namespace is read; null if all that were asked for are.
        public string? Limit { get; set; }

        public Part Read(FoundRuns? found, Problem? problem)
        {
            if (found is null)
            {
                _last = problem!.IsForbidden ? [] : _last;
                return new Part(_last, [problem.Message]);
            }

            _last = found.Runs;
            IEnumerable<string> limits = Limit is null ? [] : [Limit];
            return new Part(_last, [.. limits, .. found.Unreadable.Select(Explain)]);
        }

        private string Explain(UnreadableObject unreadable) =>
            $"{kind.Kind} {unreadable.Namespace}/{unreadable.Name} is not shown, because this plugin cannot read it: "
            + $"{Sentences.Close(unreadable.Error)} Use the plugin of the operator's version.";
    }

    private sealed record Problem(string Message, bool IsForbidden);
}
