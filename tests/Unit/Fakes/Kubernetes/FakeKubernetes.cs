using System.Runtime.CompilerServices;
using System.Threading.Channels;
using k8s.Models;
using WatchEventType = k8s.WatchEventType;
using Happened = (
    long Version, string Resource, k8s.WatchEventType Type, k8s.IKubernetesObject<k8s.Models.V1ObjectMeta> Object);

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// The API server of the unit tests, in memory: the schemas of the CRDs (without their rules), versions, generations,
/// preconditions, the status subresource, finalizers, owner references, watches. As a client it meets
/// <see cref="Faults"/>; its other methods are what administrators and other clients do, and meet none.
/// </summary>
/// <param name="space">The namespace of calls that name none.</param>
/// <param name="realJson">Objects go through their JSON and are held against their schema. A test that runs very often
/// does without.</param>
internal sealed partial class FakeKubernetes(
    JsonSerializerOptions json, TimeProvider time, string space = "default", bool realJson = true) : ApiCalls
{
    private readonly List<Happened> _history = [];
    private readonly List<Action<Happened>> _watchers = [];

    /// <summary>Called before a call is carried out; may throw instead.</summary>
    public Func<KubernetesRequest, Task>? Before { get; set; }

    /// <summary>Called after a call was carried out, before its answer; may throw instead of it.</summary>
    public Func<KubernetesRequest, Task>? After { get; set; }

    /// <summary>Told of every change.</summary>
    public Action<IKubernetesObject, WatchEventType>? Changed { get; set; }

    /// <summary>Told of every replacement of a status.</summary>
    public Action<IKubernetesObject>? StatusWritten { get; set; }

    public ApiFaults Faults { get; } = new();

    public string Space => space;

    public TimeProvider Time => time;

    /// <summary>How far its clock is ahead of the operator's.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>Whether it has answered for long with no Date.</summary>
    public bool IsUndated { get; set; }

    /// <summary>Its time as a client knows it.</summary>
    public DateTimeOffset? Clock => IsUndated ? null : time.GetUtcNow() + Ahead;

    /// <summary>Calls carried out so far, in order.</summary>
    public List<string> Log { get; } = [];

    public int Watchers => Locked(() => _watchers.Count);

    protected override FakeKubernetes Server => this;

    public override async IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null,
        WatchOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new WatchOptions();
        var resource = KubernetesResource.Of<TEntity>();
        var call = new ApiCall(resource.Request("watch", @namespace), resource.Kind, null);
        if (Faults.Take(call) is { } fault)
        {
            await (fault.Fault == ApiFault.Slow
                ? Task.Delay(fault.Pause, time, cancellationToken)
                : Task.FromException(Refusal(fault.Fault, call)));
        }

        await (Before?.Invoke(call.Request) ?? Task.CompletedTask);
        var events = Channel.CreateUnbounded<Happened>();
        Action<Happened> offer = e => events.Writer.TryWrite(e);
        lock (_lock)
        {
            var from = long.Parse(options.ResourceVersion ?? "0", CultureInfo.InvariantCulture);
            _history.Where(e => e.Version > from).ToList().ForEach(offer);
            _watchers.Add(offer);
        }

        options.OnAccepted?.Invoke();
        await using var end = time.CreateTimer(
            _ => events.Writer.TryComplete(), null, options.Timeout, Timeout.InfiniteTimeSpan);
        try
        {
            await foreach (var e in events.Reader.ReadAllAsync(cancellationToken))
            {
                if (e.Resource == resource.QualifiedName && IsIn(@namespace, e.Object)
                    && Matches(options.FieldSelector, e.Object))
                {
                    yield return new WatchEvent<TEntity>(e.Type, Text(e.Version), Read<TEntity>(e.Object));
                }
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(offer);
            }
        }
    }

    /// <summary>The answer that a fault makes of a call. A conflict changes the object first.</summary>
    public KubernetesException Refusal(ApiFault fault, ApiCall call)
    {
        var request = call.Request;
        if (fault == ApiFault.Conflict && call.Verb != "create" && request.Name is not null)
        {
            Touch(request);
        }

        return fault switch
        {
            ApiFault.LostAnswer when request.IsRead => new KubernetesUnreachableException(request, "no answer"),
            ApiFault.LostAnswer => new KubernetesOutcomeUnknownException(request, "no answer"),
            ApiFault.Conflict when call.Verb == "create" => Refusal(request, 409, "AlreadyExists", "it exists"),
            _ => Refusal(request, (int)fault, $"{fault}", $"{request.Name} is refused"),
        };
    }

    protected override async Task<T> SendAsync<T>(ApiCall call, Func<T> carryOut, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await (Before?.Invoke(call.Request) ?? Task.CompletedTask).WaitAsync(cancellationToken);
        var result = Locked(() =>
        {
            Log.Add(call.Request.ToString());
            return carryOut();
        });
        await (After?.Invoke(call.Request) ?? Task.CompletedTask).WaitAsync(cancellationToken);
        return result;
    }

    // As the client reads a Status.
    private static KubernetesException Refusal(
        KubernetesRequest request, int code, string reason, string message, params IReadOnlyList<string> errors)
    {
        var status = new V1Status
        {
            Status = "Failure",
            Code = code,
            Reason = reason,
            Message = message,
            Details = new V1StatusDetails
            {
                Name = request.Name,
                Group = request.Group,
                Kind = request.Resource,
                Causes = [.. errors.Select(Cause)],
            },
        };
        return StatusErrors.From(request, code, JsonSerializer.Serialize(status, WorldJson.Crds.TypeInfo<V1Status>()));
    }

    private static V1StatusCause Cause(string error) => error.Split(": ", 2) is [var field, var message]
        ? new()
        {
            Field = field,
            Message = message,
            Reason = $"FieldValue{(message == "required" ? "Required" : "Invalid")}"
        }
        : new() { Message = error };
}
