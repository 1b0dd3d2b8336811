using Drydock.Clients.Safety;
using Microsoft.AspNetCore.WebUtilities;
using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

public sealed class KubernetesClient : IKubernetesClient, IDisposable
{
    private const string Json = "application/json";
    private const string PartialMetadata = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    private const string PartialMetadataList = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    private readonly KubernetesApi _api;
    private readonly KubernetesHandler _handler;
    private readonly KubernetesClientOptions _options;
    private readonly EntityJson _json;

    public KubernetesClient(
        KubernetesClientConfiguration configuration,
        JsonSerializerOptions json,
        KubernetesClientOptions? options = null,
        TimeProvider? time = null)
    {
        _options = options ?? new KubernetesClientOptions();
        _json = new EntityJson(json);
        time ??= TimeProvider.System;
        _handler = new KubernetesHandler(configuration, time);
        var limits = new OutcomeLimits(_options.RequestTimeout, _options.MaxAnswerBytes)
        {
            ReadRetries = _options.ReadRetries,
            FirstRetryAfter = _options.RetryDelay,
            Passing = [.. OutcomeLimits.Usual, HttpStatusCode.InternalServerError],
            Refusals = [HttpStatusCode.TooManyRequests],
        };
        _api = HttpSettings.Connect(configuration, _options, new OutcomeHandler(_handler, limits, time));
        DefaultNamespace = string.IsNullOrEmpty(configuration.Namespace) ? "default" : configuration.Namespace;
    }

    public string DefaultNamespace { get; }

    public TimeSpan? ServerAhead => _handler.ServerAhead;

    public async Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        var (resource, ns) = Target<TEntity>(@namespace);
        var request = resource.Request("get", ns, name);
        try
        {
            return await SendAsync<TEntity>(
                request, HttpMethod.Get, resource.Path(ns, name), null, cancellationToken);
        }
        catch (KubernetesNotFoundException)
        {
            return null;
        }
    }

    public async Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        options ??= new ListOptions();
        var resource = KubernetesResource.Of<TEntity>();
        var request = resource.Request("list", @namespace);
        var accept = options.MetadataOnly ? PartialMetadataList : Json;
        return await ListPages.ReadAsync<TEntity>(
            request,
            _json,
            options,
            query => SendAsync(
                request,
                HttpMethod.Get,
                QueryHelpers.AddQueryString(resource.Path(@namespace), query),
                null,
                cancellationToken,
                accept));
    }

    public async Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        var (resource, ns) = Target<TEntity>(entity.Metadata.Namespace);
        var request = resource.Request("create", ns, entity.Metadata.Name is { Length: > 0 } name ? name : null);
        return await SendAsync<TEntity>(
            request, HttpMethod.Post, Managed(resource.Path(ns)), Content(_json.Write(entity)), cancellationToken);
    }

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => ReplaceAsync(entity, subresource: null, cancellationToken);

    public Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => ReplaceAsync(entity, "status", cancellationToken);

    public async Task<TEntity> PatchAsync<TEntity>(
        JsonObject patch,
        string name,
        string? @namespace = null,
        string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        var (resource, ns) = Target<TEntity>(@namespace);
        var request = resource.Request("patch", ns, name, subresource);
        return await SendAsync<TEntity>(
            request,
            HttpMethod.Patch,
            Managed(resource.Path(ns, name, subresource)),
            Content(patch, "application/merge-patch+json"),
            cancellationToken);
    }

    public async Task<bool> DeleteAsync<TEntity>(
        string name,
        string? @namespace = null,
        DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        var (resource, ns) = Target<TEntity>(@namespace);
        var request = resource.Request("delete", ns, name);
        try
        {
            using var answer = await SendAsync(
                request, HttpMethod.Delete, resource.Path(ns, name), DeleteBody(options), cancellationToken);
            return true;
        }
        catch (KubernetesNotFoundException)
        {
            return false;
        }
    }

    public async IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null,
        WatchOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        options ??= new WatchOptions();
        var resource = KubernetesResource.Of<TEntity>();
        var request = resource.Request("watch", @namespace);
        var seconds = Math.Max(1, (int)options.Timeout.TotalSeconds);
        var query = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["watch"] = "true",
            ["allowWatchBookmarks"] = "true",
            ["resourceVersion"] = options.ResourceVersion,
            ["timeoutSeconds"] = seconds.ToString(CultureInfo.InvariantCulture),
            ["fieldSelector"] = options.FieldSelector,
        };
        using var message = Message(
            HttpMethod.Get,
            QueryHelpers.AddQueryString(resource.Path(@namespace), query),
            null,
            options.MetadataOnly ? PartialMetadata : Json);
        new RequestTerms(IsStreamed: true, Silence: options.IdleLimit).SetFor(message);
        using var response = await _api.OpenAsync(request, message, cancellationToken);
        options.OnAccepted?.Invoke();
        using var reader = new StreamReader(new LineStream(
            await response.Content.ReadAsStreamAsync(cancellationToken), isRead: true, _options.MaxWatchLineBytes));
        while (await LineAsync(reader, request, cancellationToken) is { } line)
        {
            if (line.Length > 0)
            {
                yield return Event<TEntity>(request, line);
            }
        }
    }

    public void Dispose() => _api.Dispose();

    private static StringContent? DeleteBody(DeleteOptions? options) => options is null ? null : Content(
        new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "DeleteOptions",
            ["preconditions"] = new JsonObject { ["uid"] = options.Uid, ["resourceVersion"] = options.ResourceVersion },
        });

    private static StringContent Content(JsonNode body, string type = Json) =>
        new(body.ToJsonString(), new MediaTypeHeaderValue(type));

    private static HttpRequestMessage Message(HttpMethod method, string path, HttpContent? content, string accept)
    {
        var message = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        message.Headers.TryAddWithoutValidation("Accept", accept);
        return message;
    }

    private async Task<TEntity> ReplaceAsync<TEntity>(
        TEntity entity, string? subresource, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        if (string.IsNullOrEmpty(entity.Metadata.ResourceVersion))
        {
            throw new ArgumentException(
                $"{ObjectName(entity)} has no resourceVersion: only an object that was read can be replaced.",
                nameof(entity));
        }

        var (resource, ns) = Target<TEntity>(entity.Metadata.Namespace);
        var name = entity.Metadata.Name;
        var request = resource.Request("update", ns, name, subresource);
        return await SendAsync<TEntity>(
            request,
            HttpMethod.Put,
            Managed(resource.Path(ns, name, subresource)),
            Content(_json.Write(entity)),
            cancellationToken);
    }

    private static string ObjectName<TEntity>(TEntity entity)
        where TEntity : class, IKubernetesObject =>
            $"{KubernetesResource.Of<TEntity>().Kind} {entity.Metadata.Namespace}/{entity.Metadata.Name}";

    private string Managed(string path) =>
        QueryHelpers.AddQueryString(path, "fieldManager", _options.FieldManager);

    private (KubernetesResource Resource, string? Namespace) Target<TEntity>(string? @namespace)
        where TEntity : class, IKubernetesObject
    {
        var resource = KubernetesResource.Of<TEntity>();
        return (resource, resource.Namespaced ? @namespace ?? DefaultNamespace : null);
    }

    private async Task<TEntity> SendAsync<TEntity>(
        KubernetesRequest request,
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        using var answer = await SendAsync(request, method, path, content, cancellationToken);
        return _json.Read<TEntity>(request, answer.RootElement);
    }

    private async Task<JsonDocument> SendAsync(
        KubernetesRequest request,
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellationToken,
        string accept = Json)
    {
        using var message = Message(method, path, content, accept);
        return await _api.ReadAsync(request, message, cancellationToken);
    }

    /// <summary>The next line of a watch; null at its end, and after too long a silence: opening it again shows whether
    /// the connection still works.</summary>
    private async Task<string?> LineAsync(
        StreamReader reader, KubernetesRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (HttpOutcomeException failure)
        {
            return failure.Problem == HttpProblem.TimedOut ? null : throw _api.Translate(request, failure);
        }
    }

    private WatchEvent<TEntity> Event<TEntity>(KubernetesRequest request, string line)
        where TEntity : class, IKubernetesObject
    {
        var read = ReadEvent(line) ?? throw new KubernetesUnreachableException(
            request, "the watch sent a line that is not an event, or an event of an unknown type");
        var version = EntityJson.Metadata(read.Object, "resourceVersion") ?? "";
        if (read.Type is WatchEventType.Error or WatchEventType.Bookmark)
        {
            return read.Type == WatchEventType.Bookmark
                ? new WatchEvent<TEntity>(read.Type, version, null)
                : throw StatusErrors.From(request, read.Object);
        }

        var (entity, unreadable) = _json.TryRead<TEntity>(read.Object);
        return new WatchEvent<TEntity>(read.Type, version, entity, unreadable);
    }

    private static k8s.Watcher<JsonElement>.WatchEvent? ReadEvent(string line)
    {
        try
        {
            var read = k8s.KubernetesJson.Deserialize<k8s.Watcher<JsonElement>.WatchEvent>(line);
            return read?.Object.ValueKind == JsonValueKind.Object ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Limits and names of a <see cref="KubernetesClient"/>.</summary>
public sealed record KubernetesClientOptions
{
    public string FieldManager { get; init; } = "drydock";

    public string UserAgent { get; init; } = "drydock";

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An HTTP/2 connection silent for this long is pinged, so that a half-open one is detected while watches
    /// are idle and before a lease is lost because of it.</summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(4);

    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Maximum length of an answer in bytes: many times the size of one object in an API server.</summary>
    public int MaxAnswerBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Maximum length of a watch event in bytes.</summary>
    public int MaxWatchLineBytes { get; init; } = 8 * 1024 * 1024;

    public int ReadRetries { get; init; } = 4;

    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}
