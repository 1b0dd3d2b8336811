using Microsoft.AspNetCore.WebUtilities;
using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

public sealed class KubernetesClient : IKubernetesClient, IDisposable
{
    private const string Json = "application/json";
    private const string PartialMetadata = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    private const string PartialMetadataList = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

    // A server keeps a state for minutes. If lists expire again and again, the caller pauses.
    private const int MostBeginnings = 3;

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
        _handler = new KubernetesHandler(configuration, time, _options.ActsAs);
        var limits = new OutcomeLimits(_options.RequestTimeout, _options.MaxAnswerBytes)
        {
            ReadRetries = _options.ReadRetries,
            FirstRetryAfter = _options.RetryDelay,
            Passing = [.. OutcomeLimits.Usual, HttpStatusCode.InternalServerError],
            Refusals = [HttpStatusCode.TooManyRequests],
        };
        _api = KubernetesApi.Connect(configuration, _options, new OutcomeHandler(_handler, limits, time));
        DefaultNamespace = string.IsNullOrEmpty(configuration.Namespace) ? "default" : configuration.Namespace;
    }

    public string DefaultNamespace { get; }

    public DateTimeOffset? ServerTime => _handler.ServerTime;

    public async Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        try
        {
            return await SendAsync<TEntity>("get", @namespace, name, null, cancellationToken);
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
        var request = KubernetesResource.Of<TEntity>().Request("list", @namespace);
        var items = new List<TEntity>();
        var unreadable = new List<UnreadableObject>();
        var (pageSize, beginnings, next) = (options.PageSize, 1, (string?)null);
        while (true)
        {
            JsonDocument answer;
            try
            {
                answer = await PageAsync<TEntity>(request, options, pageSize, next, cancellationToken);
            }
            catch (KubernetesTooLargeException) when (pageSize > 1)
            {
                // The page may be too large although no single object is.
                pageSize = Math.Max(1, pageSize / 4);
                continue;
            }
            catch (KubernetesGoneException) when (next is not null && beginnings < MostBeginnings)
            {
                // Pages of two states do not make one: an object might be in neither of them.
                items.Clear();
                unreadable.Clear();
                next = null;
                beginnings++;
                options.OnPage?.Invoke();
                continue;
            }

            options.OnPage?.Invoke();
            using var held = answer;
            var page = answer.RootElement;
            if (page.ValueKind != JsonValueKind.Object)
            {
                throw EntityJson.NoJson(request);
            }

            // Each object on its own, so that one that does not fit the type does not hide the others.
            var objects = page.Member("items");
            foreach (var item in objects.ValueKind == JsonValueKind.Array ? objects.EnumerateArray() : default)
            {
                var (entity, problem) = _json.TryRead<TEntity>(item);
                if (entity is null)
                {
                    unreadable.Add(options.TolerateUnreadable
                        ? problem!
                        : throw new KubernetesUnreadableObjectException(request, problem!));
                }
                else if (options.Kept(entity) is { } kept)
                {
                    items.Add(kept);
                }
            }

            next = EntityJson.Metadata(page, "continue");
            if (string.IsNullOrEmpty(next))
            {
                return new KubernetesList<TEntity>(
                    items, EntityJson.Metadata(page, "resourceVersion") ?? "", unreadable);
            }
        }
    }

    public async Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => await SendAsync<TEntity>(
            "create", entity.Metadata.Namespace, entity.Metadata.Name, Content(_json.Write(entity)), cancellationToken);

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => ReplaceAsync(entity, subresource: null, cancellationToken);

    public Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => ReplaceAsync(entity, "status", cancellationToken);

    public Task<TEntity> PatchAsync<TEntity>(
        JsonObject patch,
        string name,
        string? @namespace = null,
        string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => SendAsync<TEntity>(
            "patch", @namespace, name, Content(patch, "application/merge-patch+json"), cancellationToken, subresource);

    public async Task<bool> DeleteAsync<TEntity>(
        string name,
        string? @namespace = null,
        DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        try
        {
            var (request, message) = Request<TEntity>("delete", @namespace, name, DeleteBody(options));
            using (message)
            {
                using var answer = await _api.ReadAsync(request, message, cancellationToken);
                return true;
            }
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
            ["labelSelector"] = options.LabelSelector,
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

    private async Task<JsonDocument> PageAsync<TEntity>(
        KubernetesRequest request, ListOptions options, int size, string? next, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["limit"] = size.ToString(CultureInfo.InvariantCulture),
            ["continue"] = next,
            ["labelSelector"] = options.LabelSelector,
            ["fieldSelector"] = options.FieldSelector,
        };
        var path = QueryHelpers.AddQueryString(KubernetesResource.Of<TEntity>().Path(request.Namespace), query);
        using var message = Message(HttpMethod.Get, path, null, options.MetadataOnly ? PartialMetadataList : Json);
        return await _api.ReadAsync(request, message, cancellationToken);
    }

    private async Task<TEntity> ReplaceAsync<TEntity>(
        TEntity entity, string? subresource, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        var (space, name) = (entity.Metadata.Namespace, entity.Metadata.Name);
        return string.IsNullOrEmpty(entity.Metadata.ResourceVersion)
            ? throw new ArgumentException(
                $"{KubernetesResource.Of<TEntity>().Kind} {space}/{name} has no resourceVersion: only an object that "
                    + "was read can be replaced.",
                nameof(entity))
            : await SendAsync<TEntity>(
                "update", space, name, Content(_json.Write(entity)), cancellationToken, subresource);
    }

    private async Task<TEntity> SendAsync<TEntity>(
        string verb,
        string? @namespace,
        string? name,
        HttpContent? content,
        CancellationToken cancellationToken,
        string? subresource = null)
        where TEntity : class, IKubernetesObject
    {
        var (request, message) = Request<TEntity>(verb, @namespace, name, content, subresource);
        using (message)
        {
            using var answer = await _api.ReadAsync(request, message, cancellationToken);
            return _json.Read<TEntity>(request, answer.RootElement);
        }
    }

    private (KubernetesRequest Request, HttpRequestMessage Message) Request<TEntity>(
        string verb, string? @namespace, string? name, HttpContent? content, string? subresource = null)
        where TEntity : class, IKubernetesObject
    {
        var resource = KubernetesResource.Of<TEntity>();
        var space = resource.Namespaced ? @namespace ?? DefaultNamespace : null;
        var path = resource.Path(space, verb == "create" ? null : name, subresource);
        var (method, isManaged) = verb switch
        {
            "create" => (HttpMethod.Post, true),
            "update" => (HttpMethod.Put, true),
            "patch" => (HttpMethod.Patch, true),
            "delete" => (HttpMethod.Delete, false),
            _ => (HttpMethod.Get, false),
        };
        path = isManaged ? QueryHelpers.AddQueryString(path, "fieldManager", _options.FieldManager) : path;
        return (
            resource.Request(verb, space, name is { Length: > 0 } ? name : null, subresource),
            Message(method, path, content, Json));
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

public sealed record KubernetesClientOptions
{
    public string FieldManager { get; init; } = "drydock";

    public string UserAgent { get; init; } = "drydock";

    /// <summary>The user as whom the server carries out requests; null for the one of the credentials.</summary>
    public string? ActsAs { get; init; }

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Maximum length of an answer in bytes: many times the size of one object in an API server.</summary>
    public int MaxAnswerBytes { get; init; } = 16 * 1024 * 1024;

    public int MaxWatchLineBytes { get; init; } = 8 * 1024 * 1024;

    public int ReadRetries { get; init; } = 4;

    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}
