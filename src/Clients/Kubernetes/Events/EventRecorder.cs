using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Clients.Kubernetes.Runtime;
using Microsoft.Extensions.Logging;

namespace Drydock.Clients.Kubernetes.Events;

/// <inheritdoc cref="IEventRecorder" />
public sealed class EventRecorder : IEventRecorder, IAsyncDisposable
{
    private const int MaxMessage = 1024;
    private const int MaxName = 253;
    private readonly IKubernetesClient _client;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<PendingEvent> _pending;
    private readonly Dictionary<(string? Uid, string? Name, string Type, string Reason, string Message), Sent> _sent = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;

    /// <summary>Makes a recorder that sends in the background until disposed.</summary>
    public EventRecorder(
        IKubernetesClient client, EventRecorderOptions? options, TimeProvider time, ILogger<EventRecorder> logger)
    {
        _client = client;
        _options = options ?? new EventRecorderOptions();
        _time = time;
        _logger = logger;
        _pending = Channel.CreateBounded<PendingEvent>(new BoundedChannelOptions(_options.Capacity) { SingleReader = true });
        _sending = Task.Run(SendAllAsync);
    }

    /// <inheritdoc />
    public void Normal<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject => Record(entity, "Normal", reason, message);

    /// <inheritdoc />
    public void Warning<TEntity>(TEntity entity, string reason, string message)
        where TEntity : class, IKubernetesObject => Record(entity, "Warning", reason, message);

    /// <summary>Waits a little for what still waits to be sent.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_pending.Writer.TryComplete())
        {
            await using var limit = _time.CreateTimer(static stop => ((CancellationTokenSource)stop!).Cancel(), _stop, _options.DrainTimeout, Timeout.InfiniteTimeSpan);
            await _sending;
            _stop.Dispose();
        }
    }

    private void Record<TEntity>(TEntity entity, string type, string reason, string message)
        where TEntity : class, IKubernetesObject
    {
        var pending = new PendingEvent(V1ObjectReference.To(entity), type, reason, message.Length > MaxMessage ? $"{message[..(MaxMessage - 1)]}…" : message, _time.GetUtcNow());

        // Servers keep events for an hour; the log is for the inquest afterwards.
        _logger.Told(type == "Warning" ? LogLevel.Warning : LogLevel.Information, pending.About.Kind, pending.About.Namespace, pending.About.Name, reason, pending.Message);
        if (!_pending.Writer.TryWrite(pending))
        {
            Drop(pending, "queue_full", "too many events wait to be sent");
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
                Drop(pending, "stopping", "the operator is stopping");
            }
            catch (KubernetesException e)
            {
                Drop(pending, "refused", e.Message);
            }
            catch (Exception e)
            {
                // Whatever it is, it must not end the recorder: later events matter too.
                Drop(pending, "fault", $"{e.GetType().Name}: {e.Message}");
            }
        }
    }

    private async Task SendAsync(PendingEvent pending)
    {
        if (_sent.TryGetValue(pending.Identity, out var earlier) && _time.GetElapsedTime(earlier.At) < _options.AggregationWindow && await TryCountAsync(pending, earlier))
        {
            return;
        }

        var created = await _client.CreateAsync(ToEvent(pending), _stop.Token);
        if (_sent.Count >= _options.Remembered)
        {
            _sent.Remove(_sent.MinBy(s => s.Value.At).Key);
        }

        _sent[pending.Identity] = new Sent(created.Metadata.Name, created.Metadata.Namespace, 1, _time.GetTimestamp());
    }

    private async Task<bool> TryCountAsync(PendingEvent pending, Sent earlier)
    {
        var patch = KubernetesPatch.Merge(new JsonObject { ["count"] = earlier.Count + 1, ["lastTimestamp"] = KubernetesTime.Format(pending.At) });
        try
        {
            await _client.PatchAsync<CoreV1Event>(patch, earlier.Name, earlier.Namespace, cancellationToken: _stop.Token);
            _sent[pending.Identity] = earlier with { Count = earlier.Count + 1, At = _time.GetTimestamp() };
            return true;
        }
        catch (KubernetesNotFoundException)
        {
            // Servers keep events for an hour; this one is gone.
            return false;
        }
    }

    private CoreV1Event ToEvent(PendingEvent pending)
    {
        var suffix = string.Create(CultureInfo.InvariantCulture, $".{pending.At.UtcTicks:x}{Random.Shared.Next(0x10000):x4}");
        var name = pending.About.Name ?? "";

        // The server wants only whole seconds here and cuts the rest off.
        return new CoreV1Event
        {
            Metadata = new V1ObjectMeta { Name = (name.Length + suffix.Length > MaxName ? name[..(MaxName - suffix.Length)] : name) + suffix, Namespace = pending.About.Namespace ?? "default" },
            InvolvedObject = pending.About,
            Type = pending.Type,
            Reason = pending.Reason,
            Message = pending.Message,
            FirstTimestamp = pending.At,
            LastTimestamp = pending.At,
            Count = 1,
            Source = new V1EventSource { Component = _options.Component, Host = _options.Instance },
            ReportingComponent = _options.Component,
            ReportingInstance = _options.Instance,
        };
    }

    private void Drop(PendingEvent pending, string cause, string why)
    {
        KubernetesMetrics.EventsDropped.Add(1, KubernetesMetrics.Tag("cause", cause));
        _logger.Dropped(pending.Reason, pending.About.Kind, pending.About.Namespace, pending.About.Name, why);
    }

    private sealed record Sent(string Name, string? Namespace, int Count, long At);
}
