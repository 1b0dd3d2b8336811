namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>Keeps a cache of the objects of a kind: lists, watches with bookmarks, continues from the last version
/// after a disconnect, lists again when that version has expired (410) and once every
/// <see cref="ResourceWatcherOptions.ResyncPeriod"/>, renews silent watches. Ends only when cancelled.</summary>
public sealed class ResourceWatcher<TEntity> : IWatchHealth
    where TEntity : class, IKubernetesObject
{
    private static readonly TimeSpan LongestWatch = TimeSpan.FromMinutes(8);
    private readonly IKubernetesClient _client;
    private readonly ResourceWatcherOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _resource;
    private readonly IReadOnlyList<Watch> _watches;
    private int _unsynced;

    /// <param name="reduce">As <see cref="ResourceCache{TEntity}"/> has it.</param>
    public ResourceWatcher(
        IKubernetesClient client,
        ResourceWatcherOptions? options,
        TimeProvider time,
        ILogger<ResourceWatcher<TEntity>> logger,
        Func<TEntity, TEntity>? reduce = null)
    {
        _client = client;
        _options = options ?? new ResourceWatcherOptions();
        _time = time;
        _logger = logger;
        _resource = KubernetesResource.Of<TEntity>().QualifiedName;
        Name = _resource + (_options.FieldSelector is null ? "" : $"?{_options.FieldSelector}");
        Cache = new ResourceCache<TEntity>(logger, reduce);
        _watches = [.. _options.Namespaces.Select(n => new Watch(this, n))];
        _unsynced = _watches.Count;
        foreach (var cause in (string[])["gone", "ended", "fault"])
        {
            Reconnected(cause, 0);
        }
    }

    public string Name { get; }

    public ResourceCache<TEntity> Cache { get; }

    public bool HasSynced => Cache.HasSynced;

    public TimeSpan Age => _watches.Max(w => w.Age);

    public string? Problem => _watches.Select(w => w.Problem).FirstOrDefault(p => p is not null);

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_watches.Select(w => w.RunAsync(cancellationToken)));

    private void Reconnected(string cause, int count = 1) => KubernetesMetrics.WatchReconnections.Add(
        count, KubernetesMetrics.Tag("resource", _resource), KubernetesMetrics.Tag("cause", cause));

    /// <summary>The list and the watch of one namespace, or of all.</summary>
    private sealed class Watch(ResourceWatcher<TEntity> owner, string? @namespace)
    {
        private readonly ResourceWatcherOptions _options = owner._options;
        private readonly TimeProvider _time = owner._time;
        private readonly ILogger _logger = owner._logger;
        private string? _version;
        private long _listedAt;
        private long _lastSign = owner._time.GetTimestamp();
        private int _faults;
        private bool _gone;
        private bool _hasSynced;

        public TimeSpan Age => _time.GetElapsedTime(Volatile.Read(ref _lastSign));

        public string? Problem { get; private set; }

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            SignOfLife();
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    if (_version is null || _time.GetElapsedTime(_listedAt) >= _options.ResyncPeriod)
                    {
                        await ListAsync(cancellationToken);
                    }

                    await WatchAsync(cancellationToken);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    return;
                }
                catch (KubernetesGoneException) when (_version is not null && !_gone)
                {
                    _logger.Gone(owner.Name);
                    _version = null;
                    _gone = true;
                    SignOfLife();
                    owner.Reconnected("gone");
                }
                catch (Exception e)
                {
                    if (e is KubernetesGoneException or KubernetesTooLargeException)
                    {
                        // The version expired again before a single event, or an event cannot be read from any earlier
                        // version: list again, but not in a tight loop.
                        _version = null;
                    }

                    SignOfLife();
                    await PauseAsync(e, cancellationToken);
                }
            }
        }

        private async Task ListAsync(CancellationToken cancellationToken)
        {
            var resync = _hasSynced && _version is not null;
            var options = new ListOptions
            {
                FieldSelector = _options.FieldSelector,
                MetadataOnly = _options.MetadataOnly,
                TolerateUnreadable = true,
                OnPage = SignOfLife,
                Keep = entity => owner.Cache.Reduced((TEntity)entity),
            };
            var list = await owner._client.ListAsync<TEntity>(@namespace, options, cancellationToken);
            foreach (var unreadable in list.Unreadable)
            {
                _logger.Unreadable(owner.Name, unreadable.Namespace, unreadable.Name, unreadable.Error);
            }

            owner.Cache.Replace(
                @namespace, list.Items, list.Unreadable.Select(u => new ObjectKey(u.Namespace, u.Name)), resync);
            _version = list.ResourceVersion;
            _listedAt = _time.GetTimestamp();
            SignOfLife();
            Problem = null;
            if (!_hasSynced && Interlocked.Decrement(ref owner._unsynced) == 0)
            {
                owner.Cache.Synced();
            }

            _hasSynced = true;
            _logger.Listed(list.Items.Count, owner.Name, list.ResourceVersion);
        }

        private async Task WatchAsync(CancellationToken cancellationToken)
        {
            var began = _time.GetTimestamp();
            var untilResync = _options.ResyncPeriod - _time.GetElapsedTime(_listedAt);
            var options = new WatchOptions
            {
                ResourceVersion = _version,
                FieldSelector = _options.FieldSelector,
                MetadataOnly = _options.MetadataOnly,
                IdleLimit = _options.IdleLimit,
                Timeout = untilResync < LongestWatch ? untilResync : LongestWatch,
                OnAccepted = () =>
                {
                    SignOfLife();
                    Problem = null;
                },
            };
            var events = 0;
            await foreach (var watchEvent in owner._client.WatchAsync<TEntity>(@namespace, options, cancellationToken))
            {
                events++;
                Take(watchEvent);
            }

            // Servers end a watch after its time, and a silent one is renewed. A watch that a server repeatedly ends at
            // once must not be reopened in a tight loop.
            owner.Reconnected("ended");
            if (events == 0 && _time.GetElapsedTime(began) < TimeSpan.FromSeconds(0.5))
            {
                throw new KubernetesUnreachableException(
                    KubernetesResource.Of<TEntity>().Request("watch", @namespace),
                    "the server ended the watch immediately and without an event");
            }

            SignOfLife();
            _faults = 0;
            _gone = false;
            _logger.Renewed(owner.Name, events);
        }

        private void Take(WatchEvent<TEntity> watchEvent)
        {
            SignOfLife();
            _faults = 0;
            _gone = false;
            Problem = null;
            KubernetesMetrics.WatchEvents.Add(
                1,
                KubernetesMetrics.Tag("resource", owner._resource),
                KubernetesMetrics.Tag("type", watchEvent.Type.ToString()));
            if (watchEvent.Unreadable is { } unreadable)
            {
                _logger.Unreadable(owner.Name, unreadable.Namespace, unreadable.Name, unreadable.Error);
            }
            else if (watchEvent.Object is { } entity)
            {
                if (watchEvent.Type == WatchEventType.Deleted)
                {
                    owner.Cache.Remove(entity);
                }
                else
                {
                    owner.Cache.Set(entity);
                }
            }

            if (watchEvent.ResourceVersion.Length > 0)
            {
                _version = watchEvent.ResourceVersion;
            }
        }

        private async Task PauseAsync(Exception fault, CancellationToken cancellationToken)
        {
            Problem = fault.Message;
            _faults++;
            var delay = _options.Backoff.Delay(_faults);
            owner.Reconnected("fault");
            _logger.Interrupted(owner.Name, _faults, delay, fault.Message);
            await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private void SignOfLife() => Volatile.Write(ref _lastSign, _time.GetTimestamp());
    }
}

public sealed record ResourceWatcherOptions
{
    /// <summary>The namespaces of the lists and watches; null is the whole cluster.</summary>
    public IReadOnlyList<string?> Namespaces { get; init; } = [null];

    public string? FieldSelector { get; init; }

    public bool MetadataOnly { get; init; }

    /// <summary>Period after which all objects are listed and delivered again; this repairs missed changes.</summary>
    public TimeSpan ResyncPeriod { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(150);

    public Backoff Backoff { get; init; } =
        new() { First = TimeSpan.FromMilliseconds(200), Max = TimeSpan.FromSeconds(30) };
}

internal static partial class WatchLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Listed {Count} {Resource} at version {Version}.")]
    public static partial void Listed(this ILogger logger, int count, string resource, string version);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The server no longer keeps the version of the {Resource} watch; listing again.")]
    public static partial void Gone(this ILogger logger, string resource);

    [LoggerMessage(
        Level = LogLevel.Debug, Message = "The {Resource} watch ended after {Events} events and is being reopened.")]
    public static partial void Renewed(this ILogger logger, string resource, int events);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The {Resource} watch was interrupted (failure {Count} in a row), retrying in {Delay}: {Why}")]
    public static partial void Interrupted(this ILogger logger, string resource, int count, TimeSpan delay, string why);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Resource} {Namespace}/{Name} does not fit its type; its last readable state is kept: {Why}")]
    public static partial void Unreadable(
        this ILogger logger, string resource, string? Namespace, string name, string why);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Resource} {Namespace}/{Name} could not be reduced and is cached as it is.")]
    public static partial void ReduceFault(
        this ILogger logger, Exception exception, string resource, string? Namespace, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "A subscriber of the {Resource} watch failed.")]
    public static partial void SubscriberFault(this ILogger logger, Exception exception, string resource);
}

public interface IWatchHealth
{
    string Name { get; }

    bool HasSynced { get; }

    /// <summary>Time since the last sign of life: an event, a bookmark, a watch that the server accepted or ended, a
    /// page of a list, and a failed attempt. A restart would not help against an unavailable or refusing API server,
    /// but it helps against a watch that makes no attempts.</summary>
    TimeSpan Age { get; }

    string? Problem { get; }
}
