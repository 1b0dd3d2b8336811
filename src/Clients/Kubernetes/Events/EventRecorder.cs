using k8s.Models;

namespace Drydock.Clients.Kubernetes.Events;

/// <summary>Reports what happens to objects as Kubernetes Events. Returns immediately and never throws; a repeat of the
/// same event increases the count of the first. Every event is also logged, because API servers keep events only for
/// one hour. Events are hints: those that cannot be sent are dropped.</summary>
public interface IEventRecorder
{
    /// <param name="message">A sentence without secrets; truncated to 1024 characters.</param>
    void Normal<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject;

    /// <summary>Reports an event that an administrator should check.</summary>
    void Warning<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject;
}

public sealed class EventRecorder : IEventRecorder, IAsyncDisposable
{
    private const string Component = "drydock";
    private const int MaxMessage = 1024;
    private const int MaxName = 253;
    private const int Remembered = 512;
    private static readonly TimeSpan AggregationWindow = TimeSpan.FromMinutes(10);
    private readonly IKubernetesClient _client;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Corev1Event> _pending;

    // As the server has them, by the uid of the object and what is reported of it.
    private readonly Dictionary<(string? Uid, string Type, string Reason, string Message), Corev1Event> _sent = [];
    private readonly CancellationTokenSource _stop;
    private readonly Task _sending;

    public EventRecorder(
        IKubernetesClient client, EventRecorderOptions? options, TimeProvider time, ILogger<EventRecorder> logger)
    {
        (_client, _options, _time, _logger) = (client, options ?? new EventRecorderOptions(), time, logger);
        foreach (var cause in (string[])["queue_full", "stopping", "refused", "fault"])
        {
            KubernetesMetrics.EventsDropped.Add(0, KubernetesMetrics.Tag("cause", cause));
        }

        _pending =
            Channel.CreateBounded<Corev1Event>(new BoundedChannelOptions(_options.Capacity) { SingleReader = true });
        _stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _sending = Task.Run(SendAllAsync);
    }

    public void Normal<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject => Record(entity, "Normal", reason, message);

    public void Warning<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject => Record(entity, "Warning", reason, message);

    public async ValueTask DisposeAsync()
    {
        if (_pending.Writer.TryComplete())
        {
            _stop.CancelAfter(_options.DrainTimeout);
            await _sending;
            _stop.Dispose();
        }
    }

    private void Record<TEntity>(TEntity entity, string type, string reason, string message)
        where TEntity : class, IKubernetesObject
    {
        var resource = KubernetesResource.Of<TEntity>();
        var (space, name, now) = (entity.Metadata.NamespaceProperty, entity.Metadata.Name ?? "", _time.GetUtcNow());
        var suffix = $".{now.UtcTicks:x}{Random.Shared.Next(0x10000):x4}";

        // The server accepts only whole seconds here and truncates fractions.
        var pending = new Corev1Event
        {
            Metadata = new V1ObjectMeta
            {
                Name = (name.Length + suffix.Length > MaxName ? name[..(MaxName - suffix.Length)] : name) + suffix,
                NamespaceProperty = space ?? "default",
            },
            InvolvedObject = new V1ObjectReference
            {
                ApiVersion = resource.ApiVersion,
                Kind = resource.Kind,
                NamespaceProperty = space,
                Name = entity.Metadata.Name,
                Uid = entity.Metadata.Uid,
                ResourceVersion = entity.Metadata.ResourceVersion,
            },
            Type = type,
            Reason = reason,
            Message = Clip(message),
            FirstTimestamp = now.UtcDateTime,
            LastTimestamp = now.UtcDateTime,
            Count = 1,
            Source = new V1EventSource { Component = Component, Host = Environment.MachineName },
            ReportingComponent = Component,
            ReportingInstance = Environment.MachineName,
        };
        KubernetesMetrics.Events.Add(1, KubernetesMetrics.Tag("type", type), KubernetesMetrics.Tag("reason", reason));

        // API servers keep events for one hour; the log keeps them for later analysis.
        var level = type == "Warning" ? LogLevel.Warning : LogLevel.Information;
        _logger.Told(level, resource.Kind, space, entity.Metadata.Name, reason, pending.Message);
        if (!_pending.Writer.TryWrite(pending))
        {
            Drop(pending, "queue_full", "Too many events are waiting.");
        }
    }

    private async Task SendAllAsync()
    {
        await foreach (var pending in _pending.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                _stop.Token.ThrowIfCancellationRequested();
                await SendAsync(pending);
            }
            catch (OperationCanceledException)
            {
                Drop(pending, "stopping", "The operator is stopping.");
            }
            catch (KubernetesException e)
            {
                Drop(pending, "refused", e.Message);
            }
            catch (Exception e)
            {
                // No failure may end the recorder, because later events must still be sent.
                Drop(pending, "fault", $"{e.GetType().Name}: {e.Message}");
            }
        }
    }

    private async Task SendAsync(Corev1Event pending)
    {
        var key = (pending.InvolvedObject.Uid, pending.Type, pending.Reason, pending.Message);
        var isRepeat = _sent.TryGetValue(key, out var earlier)
            && pending.LastTimestamp - earlier.LastTimestamp < AggregationWindow;
        var sent = (isRepeat ? await CountAsync(earlier!, pending) : null) ?? await CreateAsync(pending);
        if (_sent.Count >= Remembered && !_sent.ContainsKey(key))
        {
            _sent.Remove(_sent.MinBy(s => s.Value.LastTimestamp).Key);
        }

        _sent[key] = sent;
    }

    private async Task<Corev1Event> CreateAsync(Corev1Event pending)
    {
        var (metadata, about) = (pending.Metadata, pending.InvolvedObject);
        try
        {
            return await _client.CreateAsync(pending, _stop.Token);
        }
        catch (KubernetesForbiddenException) when (
            _options.Namespace is { } own && about.NamespaceProperty is { } space && own != space)
        {
            // A namespace that is being deleted takes no new object. An Event must be in the namespace that its
            // reference names.
            metadata.NamespaceProperty = about.NamespaceProperty = own;
            pending.Message = Clip($"{about.Kind} {space}/{about.Name}: {pending.Message}");
            return await _client.CreateAsync(pending, _stop.Token);
        }
    }

    private static string Clip(string message) =>
        message.Length > MaxMessage ? $"{message[..(MaxMessage - 1)]}…" : message;

    /// <summary>Counts a repeat. Null if the event is gone: API servers keep events for one hour.</summary>
    private async Task<Corev1Event?> CountAsync(Corev1Event earlier, Corev1Event repeat)
    {
        var patch = new JsonObject
        {
            ["count"] = earlier.Count + 1,
            ["lastTimestamp"] = KubernetesTime.Format(new DateTimeOffset(repeat.LastTimestamp!.Value)),
        };
        try
        {
            return await _client.PatchAsync<Corev1Event>(
                patch, earlier.Metadata.Name, earlier.Metadata.NamespaceProperty, cancellationToken: _stop.Token);
        }
        catch (KubernetesNotFoundException)
        {
            return null;
        }
    }

    private void Drop(Corev1Event pending, string cause, string why)
    {
        var about = pending.InvolvedObject;
        KubernetesMetrics.EventsDropped.Add(1, KubernetesMetrics.Tag("cause", cause));
        _logger.Dropped(pending.Reason, about.Kind, about.NamespaceProperty, about.Name, why);
    }
}

public sealed record EventRecorderOptions
{
    /// <summary>The operator's namespace, for Events about objects whose namespace is being deleted.</summary>
    public string? Namespace { get; init; }

    public int Capacity { get; init; } = 1024;

    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>Log messages of the event recorder. Here and in other logs the parameter is called Namespace, and not
/// @namespace: the generator keeps the @, which Serilog takes for its own operator, and the line would show the
/// placeholder.</summary>
internal static partial class EventLog
{
    [LoggerMessage(Message = "{Kind} {Namespace}/{Name}: {Reason}: {Text}")]
    public static partial void Told(
        this ILogger logger, LogLevel level, string? kind, string? Namespace, string? name, string reason, string text);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Event {Reason} of {Kind} {Namespace}/{Name} was dropped: {Why}")]
    public static partial void Dropped(
        this ILogger logger, string reason, string? kind, string? Namespace, string? name, string why);
}
