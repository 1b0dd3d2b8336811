using k8s.Models;

namespace Drydock.Clients.Kubernetes.Events;

/// <summary>Reports what happens to objects as Kubernetes Events. Returns immediately and never throws; a repeat of the
/// same event increases the count of the first. Every event is also logged, because API servers keep events only for
/// one hour. Events are hints: those that cannot be sent are dropped.</summary>
public interface IEventRecorder
{
    /// <summary>Reports a normal event.</summary>
    /// <param name="message">A sentence without secrets; truncated to 1024 characters.</param>
    void Normal<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject;

    /// <summary>Reports an event that an administrator should check.</summary>
    /// <param name="message">A sentence without secrets; truncated to 1024 characters.</param>
    void Warning<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject;
}

public sealed class EventRecorder : IEventRecorder, IAsyncDisposable
{
    private const int MaxMessage = 1024;
    private const int MaxName = 253;
    private readonly IKubernetesClient _client;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<PendingEvent> _pending;
    private readonly Dictionary<(string? Uid, string? Name, string Type, string Reason, string Message), Sent> _sent =
        [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;

    public EventRecorder(
        IKubernetesClient client, EventRecorderOptions? options, TimeProvider time, ILogger<EventRecorder> logger)
    {
        _client = client;
        _options = options ?? new EventRecorderOptions();
        foreach (var cause in (string[])["queue_full", "stopping", "refused", "fault"])
        {
            KubernetesMetrics.EventsDropped.Add(0, KubernetesMetrics.Tag("cause", cause));
        }

        _time = time;
        _logger = logger;
        _pending =
            Channel.CreateBounded<PendingEvent>(new BoundedChannelOptions(_options.Capacity) { SingleReader = true });
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
            await using var limit = _time.CreateTimer(
                static stop => ((CancellationTokenSource)stop!).Cancel(),
                _stop,
                _options.DrainTimeout,
                Timeout.InfiniteTimeSpan);
            await _sending;
            _stop.Dispose();
        }
    }

    private void Record<TEntity>(TEntity entity, string type, string reason, string message)
        where TEntity : class, IKubernetesObject
    {
        var pending = new PendingEvent(
            ReferenceTo(entity),
            type,
            reason,
            Clip(message),
            _time.GetUtcNow());

        KubernetesMetrics.Events.Add(
            1, KubernetesMetrics.Tag("type", type), KubernetesMetrics.Tag("reason", reason));

        // API servers keep events for one hour; the log keeps them for later analysis.
        _logger.Told(
            type == "Warning" ? LogLevel.Warning : LogLevel.Information,
            pending.About.Kind,
            pending.About.NamespaceProperty,
            pending.About.Name,
            reason,
            pending.Message);
        if (!_pending.Writer.TryWrite(pending))
        {
            Drop(pending, "queue_full", "Too many events are waiting.");
        }
    }

    private static V1ObjectReference ReferenceTo<TEntity>(TEntity entity)
        where TEntity : class, IKubernetesObject
    {
        var resource = KubernetesResource.Of<TEntity>();
        return new V1ObjectReference
        {
            ApiVersion = resource.ApiVersion,
            Kind = resource.Kind,
            NamespaceProperty = entity.Metadata.NamespaceProperty,
            Name = entity.Metadata.Name,
            Uid = entity.Metadata.Uid,
            ResourceVersion = entity.Metadata.ResourceVersion,
        };
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

    private async Task SendAsync(PendingEvent pending)
    {
        if (_sent.TryGetValue(pending.Identity, out var earlier)
            && _time.GetElapsedTime(earlier.At) < _options.AggregationWindow
            && await TryCountAsync(pending, earlier))
        {
            return;
        }

        var created = await CreateAsync(pending);
        if (_sent.Count >= _options.Remembered)
        {
            _sent.Remove(_sent.MinBy(s => s.Value.At).Key);
        }

        _sent[pending.Identity] = new Sent(
            created.Metadata.Name, created.Metadata.NamespaceProperty, 1, _time.GetTimestamp());
    }

    private async Task<Corev1Event> CreateAsync(PendingEvent pending)
    {
        try
        {
            return await _client.CreateAsync(ToEvent(pending), _stop.Token);
        }
        catch (KubernetesForbiddenException) when (
            _options.Namespace is { } own && pending.About.NamespaceProperty is { } space && own != space)
        {
            // A namespace that is being deleted takes no new object. An Event must be in the namespace that its
            // reference names.
            return await _client.CreateAsync(
                ToEvent(pending with
                {
                    About = pending.About with { NamespaceProperty = own },
                    Message = Clip($"{pending.About.Kind} {space}/{pending.About.Name}: {pending.Message}"),
                }),
                _stop.Token);
        }
    }

    private static string Clip(string message) =>
        message.Length > MaxMessage ? $"{message[..(MaxMessage - 1)]}…" : message;

    private async Task<bool> TryCountAsync(PendingEvent pending, Sent earlier)
    {
        var patch =
            new JsonObject { ["count"] = earlier.Count + 1, ["lastTimestamp"] = KubernetesTime.Format(pending.At) };
        try
        {
            await _client.PatchAsync<Corev1Event>(
                patch, earlier.Name, earlier.Namespace, cancellationToken: _stop.Token);
            _sent[pending.Identity] = earlier with { Count = earlier.Count + 1, At = _time.GetTimestamp() };
            return true;
        }
        catch (KubernetesNotFoundException)
        {
            // API servers keep events for one hour; this one has expired.
            return false;
        }
    }

    private Corev1Event ToEvent(PendingEvent pending)
    {
        var suffix =
            string.Create(CultureInfo.InvariantCulture, $".{pending.At.UtcTicks:x}{Random.Shared.Next(0x10000):x4}");
        var name = pending.About.Name ?? "";

        // The server accepts only whole seconds here and truncates fractions.
        return new Corev1Event
        {
            Metadata = new V1ObjectMeta
            {
                Name = (name.Length + suffix.Length > MaxName ? name[..(MaxName - suffix.Length)] : name) + suffix,
                NamespaceProperty = pending.About.NamespaceProperty ?? "default",
            },
            InvolvedObject = pending.About,
            Type = pending.Type,
            Reason = pending.Reason,
            Message = pending.Message,
            FirstTimestamp = pending.At.UtcDateTime,
            LastTimestamp = pending.At.UtcDateTime,
            Count = 1,
            Source = new V1EventSource { Component = _options.Component, Host = _options.Instance },
            ReportingComponent = _options.Component,
            ReportingInstance = _options.Instance,
        };
    }

    private void Drop(PendingEvent pending, string cause, string why)
    {
        KubernetesMetrics.EventsDropped.Add(1, KubernetesMetrics.Tag("cause", cause));
        _logger.Dropped(pending.Reason, pending.About.Kind, pending.About.NamespaceProperty, pending.About.Name, why);
    }

    private sealed record Sent(string Name, string? Namespace, int Count, long At);
}

/// <summary>The reporting program, and limits.</summary>
public sealed record EventRecorderOptions
{
    public string Component { get; init; } = "drydock";

    public string Instance { get; init; } = Environment.MachineName;

    /// <summary>The operator's namespace, for Events about objects whose namespace is being deleted.</summary>
    public string? Namespace { get; init; }

    public int Capacity { get; init; } = 1024;

    public TimeSpan AggregationWindow { get; init; } = TimeSpan.FromMinutes(10);

    public int Remembered { get; init; } = 512;

    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>An event that is waiting to be sent.</summary>
internal sealed record PendingEvent(
    V1ObjectReference About, string Type, string Reason, string Message, DateTimeOffset At)
{
    public (string? Uid, string? Name, string Type, string Reason, string Message) Identity =>
        (About.Uid, $"{About.NamespaceProperty}/{About.Name}", Type, Reason, Message);
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
