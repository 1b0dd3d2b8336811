using WatchEventType = k8s.WatchEventType;

namespace Drydock.Cli.Runs;

/// <summary>A kind of upgrade: its names, and how its objects are read and changed.</summary>
internal abstract class ShownKind(string kind, string plural, string shortName)
{
    public static IReadOnlyList<ShownKind> All { get; } =
    [
        new ShownKind<OmsUpgrade>(
            OmsUpgrade.KindName,
            OmsUpgrade.Plural,
            OmsUpgrade.ShortName,
            static o => (
                o.Spec, o.Status, From(o.Spec.FromVersion, o.Status?.Inventory?.FromVersion), o.Spec.ToVersion)),
        new ShownKind<DatabaseRollingUpgrade>(
            DatabaseRollingUpgrade.KindName,
            DatabaseRollingUpgrade.Plural,
            "dru",
            static o => (
                o.Spec, o.Status, From(o.Spec.FromVersion, o.Status?.Inventory?.FromVersion), o.Spec.ToVersion)),
    ];

    private static string From(string written, string? found) => written.Length > 0 ? written : found ?? "";

    public static Run? Read(IKubernetesObject entity) =>
        All.Select(kind => kind.TryRead(entity)).FirstOrDefault(run => run is not null);

    public string Kind { get; } = kind;

    public string Plural { get; } = plural;

    public string ShortName { get; } = shortName;

    public string Singular => Kind.ToLowerInvariant();

    public bool IsNamed(string text) =>
        new[] { ShortName, Singular, Plural }.Contains(text.Split('.')[0], StringComparer.OrdinalIgnoreCase);

    public abstract Type EntityType { get; }

    /// <summary>An object of a manifest, which is sent as it was written.</summary>
    public abstract IKubernetesObject Read(JsonObject document, JsonSerializerOptions options);

    protected abstract Run? TryRead(IKubernetesObject entity);

    public abstract Task<Run?> GetAsync(
        IKubernetesClient kubernetes, string @namespace, string name, CancellationToken cancellationToken);

    /// <summary>Lists the objects. Those that another version of the operator wrote in a way that this program cannot
    /// read are told apart.</summary>
    public abstract Task<(IEnumerable<Run> Runs, IReadOnlyList<UnreadableObject> Unreadable)> ListAsync(
        IKubernetesClient kubernetes, RunScope scope, CancellationToken cancellationToken);

    /// <summary>The objects now and after each change, until their watch ends.</summary>
    public abstract IAsyncEnumerable<IReadOnlyCollection<Run>> WatchListAsync(
        IKubernetesClient kubernetes,
        RunScope scope,
        Action<UnreadableObject>? miss,
        CancellationToken cancellationToken);

    /// <summary>The object now and after each change, until its watch ends; null once it is deleted.</summary>
    public abstract IAsyncEnumerable<Run?> WatchAsync(
        IKubernetesClient kubernetes, string @namespace, string name, CancellationToken cancellationToken);

    public abstract Task<Run> PatchAsync(
        IKubernetesClient kubernetes, Run run, JsonObject patch, CancellationToken cancellationToken);

    public abstract Task<Run> CreateAsync(
        IKubernetesClient kubernetes, IKubernetesObject entity, CancellationToken cancellationToken);

    public abstract Task<bool> DeleteAsync(IKubernetesClient kubernetes, Run run, CancellationToken cancellationToken);
}

internal sealed class ShownKind<TEntity>(
    string kind,
    string plural,
    string shortName,
    Func<TEntity, (RunSpec Spec, RunStatus? Status, string From, string To)> parts)
    : ShownKind(kind, plural, shortName)
    where TEntity : CustomKubernetesEntity
{
    public override Type EntityType => typeof(TEntity);

    public override IKubernetesObject Read(JsonObject document, JsonSerializerOptions options) =>
        document.Deserialize((JsonTypeInfo<TEntity>)options.GetTypeInfo(typeof(TEntity)))! with
        {
            AsWritten = document,
        };

    protected override Run? TryRead(IKubernetesObject entity) => entity is TEntity own ? RunOf(own) : null;

    public override async Task<Run?> GetAsync(
        IKubernetesClient kubernetes, string @namespace, string name, CancellationToken cancellationToken) =>
        await kubernetes.GetAsync<TEntity>(name, @namespace, cancellationToken) is { } entity
            ? RunOf(entity)
            : null;

    public override async Task<(IEnumerable<Run> Runs, IReadOnlyList<UnreadableObject> Unreadable)> ListAsync(
        IKubernetesClient kubernetes, RunScope scope, CancellationToken cancellationToken)
    {
        var list = await kubernetes.ListAsync<TEntity>(scope.Namespace, Readable(scope), cancellationToken);
        return (list.Items.Select(RunOf), list.Unreadable);
    }

    public override async IAsyncEnumerable<IReadOnlyCollection<Run>> WatchListAsync(
        IKubernetesClient kubernetes,
        RunScope scope,
        Action<UnreadableObject>? miss,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var list = await kubernetes.ListAsync<TEntity>(scope.Namespace, Readable(scope), cancellationToken);
        list.Unreadable.ToList().ForEach(unreadable => miss?.Invoke(unreadable));
        var runs = list.Items.Select(RunOf).ToDictionary(run => run.FullName, StringComparer.Ordinal);
        yield return [.. runs.Values];
        var options = new WatchOptions { ResourceVersion = list.ResourceVersion, LabelSelector = scope.Selector };
        await foreach (var change in kubernetes.WatchAsync<TEntity>(scope.Namespace, options, cancellationToken))
        {
            // The next list has what can be read.
            if (change.Unreadable is not null)
            {
                yield break;
            }

            if (change.Object is not { } seen)
            {
                continue;
            }

            var run = RunOf(seen);
            runs[run.FullName] = run;
            if (change.Type == WatchEventType.Deleted)
            {
                runs.Remove(run.FullName);
            }

            yield return [.. runs.Values];
        }
    }

    public override async IAsyncEnumerable<Run?> WatchAsync(
        IKubernetesClient kubernetes,
        string @namespace,
        string name,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var run = await GetAsync(kubernetes, @namespace, name, cancellationToken);
        yield return run;
        if (run is null)
        {
            yield break;
        }

        var options = new WatchOptions
        {
            FieldSelector = $"metadata.name={name}",
            ResourceVersion = run.Metadata.ResourceVersion,
        };
        await foreach (var change in kubernetes.WatchAsync<TEntity>(@namespace, options, cancellationToken))
        {
            if (change.Type == WatchEventType.Deleted)
            {
                yield return null;
            }

            // The next read says what does not fit.
            if (change.Type == WatchEventType.Deleted || change.Unreadable is not null)
            {
                yield break;
            }

            if (change.Object is { } seen)
            {
                yield return RunOf(seen);
            }
        }
    }

    public override async Task<Run> PatchAsync(
        IKubernetesClient kubernetes, Run run, JsonObject patch, CancellationToken cancellationToken) =>
        RunOf(await kubernetes.PatchAsync<TEntity>(
            patch, run.Metadata.Name, run.Metadata.Namespace, cancellationToken: cancellationToken)) with
        {
            Address = run.Address,
        };

    public override async Task<Run> CreateAsync(
        IKubernetesClient kubernetes, IKubernetesObject entity, CancellationToken cancellationToken) =>
        RunOf(await kubernetes.CreateAsync((TEntity)entity, cancellationToken));

    public override Task<bool> DeleteAsync(
        IKubernetesClient kubernetes, Run run, CancellationToken cancellationToken) =>
        kubernetes.DeleteAsync<TEntity>(
            run.Metadata.Name,
            run.Metadata.Namespace,
            new DeleteOptions { Uid = run.Metadata.Uid },
            cancellationToken);

    private static ListOptions Readable(RunScope scope) =>
        new() { TolerateUnreadable = true, LabelSelector = scope.Selector };

    private Run RunOf(TEntity entity)
    {
        var (spec, status, from, to) = parts(entity);
        return new Run(this, entity.Metadata, spec, status) { Entity = entity, From = from, To = to };
    }
}

/// <summary>Which runs are listed.</summary>
/// <param name="Namespace">Null for all.</param>
/// <param name="Selector">A selector of labels; null for none.</param>
internal sealed record RunScope(string? Namespace, string? Selector = null);
