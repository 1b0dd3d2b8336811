using WatchEventType = k8s.WatchEventType;

namespace Drydock.Cli.Runs;

/// <summary>A kind of upgrade: its names, and how its objects are read and changed.</summary>
internal abstract class RunKind(string kind, string plural, string shortName)
{
    public static IReadOnlyList<RunKind> All { get; } =
    [
        new RunKind<OmsUpgrade>(
            OmsUpgrade.KindName,
            OmsUpgrade.Plural,
            OmsUpgrade.ShortName,
            static (kind, o) => new Run(kind, o.Metadata, o.Spec, o.Status)
            {
                Entity = o,
                From = o.Spec.FromVersion,
                To = o.Spec.ToVersion,
            }),
        new RunKind<DatabaseRollingUpgrade>(
            DatabaseRollingUpgrade.KindName,
            DatabaseRollingUpgrade.Plural,
            "dru",
            static (kind, o) => new Run(kind, o.Metadata, o.Spec, o.Status)
            {
                Entity = o,
                From = o.Spec.FromVersion,
                To = o.Spec.ToVersion,
            }),
    ];

    public static Run? Read(IKubernetesObject entity) =>
        All.Select(kind => kind.TryRead(entity)).FirstOrDefault(run => run is not null);

    public string Kind { get; } = kind;

    public string Plural { get; } = plural;

    public string ShortName { get; } = shortName;

    public string Singular => Kind.ToLowerInvariant();

    public bool IsNamed(string text)
    {
        var name = text.Split('.')[0];
        return name.Equals(ShortName, StringComparison.OrdinalIgnoreCase)
            || name.Equals(Singular, StringComparison.OrdinalIgnoreCase)
            || name.Equals(Plural, StringComparison.OrdinalIgnoreCase);
    }

    protected abstract Run? TryRead(IKubernetesObject entity);

    public abstract Task<Run?> GetAsync(
        IKubernetesClient kubernetes, string @namespace, string name, CancellationToken cancellationToken);

    public abstract Task<IReadOnlyList<Run>> ListAsync(
        IKubernetesClient kubernetes, string? @namespace, CancellationToken cancellationToken);

    /// <summary>The object now and after each change; null once it is deleted. A watch that breaks is opened again; a
    /// read that fails is thrown. <see cref="RunFollowing" /> also retries reads.</summary>
    public abstract IAsyncEnumerable<Run?> FollowAsync(
        IKubernetesClient kubernetes,
        string @namespace,
        string name,
        TimeProvider time,
        CancellationToken cancellationToken);

    /// <summary>Lists the objects of a namespace, or of all, without those that do not fit this program.</summary>
    public abstract Task<FoundRuns> FindAllAsync(
        IKubernetesClient kubernetes, string? @namespace, CancellationToken cancellationToken);

    public abstract Task<Run> PatchAsync(
        IKubernetesClient kubernetes, Run run, JsonObject patch, CancellationToken cancellationToken);

    public abstract Task<Run> CreateAsync(
        IKubernetesClient kubernetes, IKubernetesObject entity, CancellationToken cancellationToken);

    public abstract Task<bool> DeleteAsync(
        IKubernetesClient kubernetes, Run run, CancellationToken cancellationToken);
}

internal sealed class RunKind<TEntity>(
    string kind, string plural, string shortName, Func<RunKind, TEntity, Run> read) : RunKind(kind, plural, shortName)
    where TEntity : class, IKubernetesObject
{
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(1);

    protected override Run? TryRead(IKubernetesObject entity) => entity is TEntity own ? read(this, own) : null;

    public override async Task<Run?> GetAsync(
        IKubernetesClient kubernetes, string @namespace, string name, CancellationToken cancellationToken) =>
        await kubernetes.GetAsync<TEntity>(name, @namespace, cancellationToken) is { } entity
            ? read(this, entity)
            : null;

    public override async Task<IReadOnlyList<Run>> ListAsync(
        IKubernetesClient kubernetes, string? @namespace, CancellationToken cancellationToken)
    {
        var list = await kubernetes.ListAsync<TEntity>(@namespace, cancellationToken: cancellationToken);
        return [.. list.Items.Select(entity => read(this, entity))];
    }

    public override async IAsyncEnumerable<Run?> FollowAsync(
        IKubernetesClient kubernetes,
        string @namespace,
        string name,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var entity = await kubernetes.GetAsync<TEntity>(name, @namespace, cancellationToken);
            yield return entity is null ? null : read(this, entity);
            if (entity is null)
            {
                yield break;
            }

            var options = new WatchOptions
            {
                FieldSelector = $"metadata.name={name}",
                ResourceVersion = entity.Metadata.ResourceVersion,
            };
            await foreach (var change in Resumable(
                kubernetes.WatchAsync<TEntity>(@namespace, options, cancellationToken), cancellationToken))
            {
                if (change.Type == WatchEventType.Deleted)
                {
                    yield return null;
                    yield break;
                }

                // The next read says what does not fit.
                if (change.Unreadable is not null)
                {
                    break;
                }

                if (change.Object is { } seen)
                {
                    yield return read(this, seen);
                }
            }

            await Task.Delay(ReconnectAfter, time, cancellationToken);
        }
    }

    public override async Task<FoundRuns> FindAllAsync(
        IKubernetesClient kubernetes, string? @namespace, CancellationToken cancellationToken)
    {
        var list = await kubernetes.ListAsync<TEntity>(
            @namespace, new ListOptions { TolerateUnreadable = true }, cancellationToken);
        return new FoundRuns([.. list.Items.Select(entity => read(this, entity))], list.Unreadable);
    }

    public override async Task<Run> PatchAsync(
        IKubernetesClient kubernetes, Run run, JsonObject patch, CancellationToken cancellationToken) =>
        read(this, await kubernetes.PatchAsync<TEntity>(
            patch, run.Metadata.Name, run.Metadata.Namespace, cancellationToken: cancellationToken)) with
        {
            Address = run.Address,
        };

    public override async Task<Run> CreateAsync(
        IKubernetesClient kubernetes, IKubernetesObject entity, CancellationToken cancellationToken) =>
        read(this, await kubernetes.CreateAsync((TEntity)entity, cancellationToken));

    public override Task<bool> DeleteAsync(
        IKubernetesClient kubernetes, Run run, CancellationToken cancellationToken) =>
        kubernetes.DeleteAsync<TEntity>(
            run.Metadata.Name,
            run.Metadata.Namespace,
            new DeleteOptions { Uid = run.Metadata.Uid },
            cancellationToken);

    // Ends where the caller has to read the object again.
    private static async IAsyncEnumerable<WatchEvent<TEntity>> Resumable(
        IAsyncEnumerable<WatchEvent<TEntity>> watch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var events = watch.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await events.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (Exception broken) when (broken is KubernetesGoneException or KubernetesUnreachableException)
            {
                yield break;
            }

            yield return events.Current;
        }
    }
}

/// <summary>The objects of one kind at one moment.</summary>
/// <param name="Runs">Those that this program can read.</param>
/// <param name="Unreadable">Those that another version of the operator wrote in a way that does not fit.</param>
internal sealed record FoundRuns(IReadOnlyList<Run> Runs, IReadOnlyList<UnreadableObject> Unreadable);
