using System.Web;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// One life's way to one dockerd: answers the requests of the real client in the place of its connections. Every
/// request is answered at once; what takes time goes on in the world.
/// </summary>
internal sealed partial class WorldDocker(
    OmsWorld world, OperatorLife life, WorldHost? host, string endpoint, bool trusted)
    : HttpMessageHandler
{
    // The world has no time limits: what is never answered belongs to a life that is gone.
    private static readonly DockerClientOptions Unlimited = new()
    {
        ReadRetries = 0,
        RequestTimeout = Timeout.InfiniteTimeSpan,
        StreamIdleProbe = Timeout.InfiniteTimeSpan,
    };

    private WorldHost Host => Refusal() is { } refusal ? throw refusal : host!;

    /// <summary>One life's clients of the world's hosts.</summary>
    public static DockerEndpoints Endpoints(OmsWorld world, OperatorLife life) => new(
        endpoint =>
        {
            var host = world.Hosts.Find(h => h.Ip == endpoint.Uri.Host);
            var trusted = endpoint.Tls is { } tls && tls.PrivateKey == Canary.TlsKey;
            return new DockerClient(
                endpoint.DisplayName, Unlimited, TimeProvider.System,
                new WorldDocker(world, life, host, endpoint.DisplayName, trusted));
        },
        world.Time);

    /// <summary>What dockerd refuses with.</summary>
    public static HttpResponseMessage Refused(HttpStatusCode status, string message) =>
        Json(new JsonObject { ["message"] = message }, status);

    /// <summary>A piece of what a command prints to its stdout.</summary>
    public static byte[] Frame(byte[] piece) =>
        [
            1, 0, 0, 0, (byte)(piece.Length >> 24), (byte)(piece.Length >> 16), (byte)(piece.Length >> 8),
            (byte)piece.Length, .. piece
        ];

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await (host?.ArriveAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        try
        {
            return await AnswerAsync(await WorldRequest.OfAsync(request));
        }
        catch (WorldRefusal refusal)
        {
            return Refused(refusal.Status, refusal.Message);
        }
    }

    private Task<HttpResponseMessage> AnswerAsync(WorldRequest request)
    {
        world.Ask(request switch
        {
            { Path: ["_ping"] } => "ping",
            { Method: "POST", Path: [.., "exec"] } => "exec",
            _ => "docker"
        });
        return RouteAsync(request);
    }

    private Task<HttpResponseMessage> RouteAsync(WorldRequest request) => (request.Method, request.Path) switch
    {
        ("GET", ["_ping"]) => LookAsync(() => Pong(world.Time.GetUtcNow() + Host.ClockOffset)),
        ("GET", ["version"]) => LookAsync(() => Json(new JsonObject
        {
            ["Version"] = Host.Podman ?? "20.10.24",
            ["Components"] = new JsonArray(
                new JsonObject { ["Name"] = Host.Podman is null ? "Engine" : "Podman Engine" }),
            ["ApiVersion"] = "1.41"
        })),
        ("GET", ["info"]) => LookAsync(() => Json(new JsonObject
        {
            ["ID"] = Host.Name,
            ["Name"] = Host.Name,
            ["ServerVersion"] = "20.10.24",
            ["SystemTime"] = Text(world.Time.GetUtcNow() + Host.ClockOffset),
            ["LiveRestoreEnabled"] = Host.LiveRestore,
            ["CgroupVersion"] = Host.CgroupVersion,
            ["Architecture"] = Host.Architecture
        })),
        ("GET", ["events"]) => LookAsync(() => Events(request)),
        ("GET", ["containers", "json"]) => LookAsync(() => Json(new JsonArray(
            [.. Host.Containers.Where(c => request["all"] is "1" or "true" || c.IsRunning).Select(Listed)]))),
        ("POST", ["containers", "create"]) => CreateAsync(request["name"]!, request.Json),
        ("GET", ["containers", var id, "json"]) => LookAsync(() => Inspection(Container(id))),
        ("GET", ["containers", _, "changes"]) when Host.ListsChangesSlowly => throw TooSlow("list changed files"),
        ("GET", ["containers", var id, "changes"]) => LookAsync(() => Json(new JsonArray(
            [.. Container(id).Changes.Select(path => new JsonObject { ["Path"] = path, ["Kind"] = 1 })]))),
        ("POST", ["containers", var id, "start"]) => StartAsync(id),
        ("POST", ["containers", var id, "stop"]) => StopAsync(
            id, request["t"] is { } grace ? int.Parse(grace, CultureInfo.InvariantCulture) : null),
        ("POST", ["containers", var id, "update"]) => UpdateAsync(id, request.Json["RestartPolicy"]!.AsObject()),
        ("DELETE", ["containers", var id]) => RemoveAsync(id, request["force"] is "1" or "true"),
        ("POST", ["containers", var id, "exec"]) => CreateExecAsync(id, [.. request.Json.Texts("Cmd")]),
        ("GET", ["exec", var id, "json"]) => LookAsync(() => Json(Inspected(Known(id)))),
        ("POST", ["exec", var id, "start"]) =>
            request.Json["Detach"]!.GetValue<bool>() ? StartExecAsync(id) : AttachExecAsync(id),
        ("GET" or "HEAD", ["containers", var id, "archive"]) => LookAsync(() => Archive(id, request["path"]!)),
        ("PUT", ["containers", var id, "archive"]) => ExtractAsync(id, request["path"]!, request.Body),
        ("POST", ["images", "create"]) => PullAsync(request["fromImage"]!, request.Credentials),
        ("POST", ["images", "load"]) => LoadAsync(request.Body),
        ("GET", ["images", .. var name, "json"]) => LookAsync(() => Json(Inspected(Image(name)))),
        ("POST", ["images", .. var name, "tag"]) => TagAsync(name, $"{request["repo"]}:{request["tag"]}"),
        ("DELETE", ["images", .. var name]) => DeleteAsync(string.Join('/', name)),
        ("GET", ["distribution", .. var name, "json"]) => LookAsync(
            () => Distribution(string.Join('/', name), request.Credentials)),
        _ => throw new InvalidOperationException(
            $"the world knows no request {request.Method} {string.Join('/', request.Path)}"),
    };

    private HttpResponseMessage Events(WorldRequest request)
    {
        var filters = request["filters"] is { } json ? JsonNode.Parse(json)!.AsObject() : null;
        var since = request["since"] is { } time
            ? DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(time, CultureInfo.InvariantCulture))
            : (DateTimeOffset?)null;
        return new HttpResponseMessage { Content = new WorldContent(Host.Listen(life, filters, since)) };
    }

    private Task<HttpResponseMessage> CreateAsync(string name, JsonObject options) => ChangeAsync("create", name, () =>
    {
        var (config, hostConfig) = (ContainerConfig.Of(options), HostConfig.Of(options));
        if (Host.Find(name) is { } holder)
        {
            throw new WorldRefusal(
                HttpStatusCode.Conflict, $"Conflict. The container name \"/{name}\" is already in use by container "
                    + $"\"{holder.Id}\". You have to remove (or rename) that container to be able to reuse that name.");
        }

        if (WorldMounts.Refusal(Host, hostConfig) is { } refusal)
        {
            throw new WorldRefusal(HttpStatusCode.BadRequest, refusal);
        }

        var image = Host.FindImage(config.Image!) ?? throw NotFound($"no such image: {config.Image}");
        var container = new WorldContainer(world, Host, name, image, image.Merge(config), hostConfig);
        Host.Containers.Add(container);
        Host.Emit(container, "create");
        if (config.Labels?.ContainsKey("drydock.dev/probe") != true)
        {
            world.Did("create", host!.Name);
        }

        return Json(new JsonObject { ["Id"] = container.Id, ["Warnings"] = new JsonArray() }, HttpStatusCode.Created);
    });

    private Task<HttpResponseMessage> StartAsync(string id) => ChangeAsync("start", id, () =>
    {
        var container = Container(id);
        if (container.IsRunning)
        {
            return new HttpResponseMessage(HttpStatusCode.NotModified);
        }

        if (host!.StrayTasks.TryGetValue(container.Name, out var words))
        {
            throw new WorldRefusal(
                HttpStatusCode.InternalServerError, words.Replace("{0}", id, StringComparison.Ordinal));
        }

        if (container.Config.Labels?.ContainsKey("drydock.dev/probe") == true)
        {
            host.Probes.Add(container);
            return host.StartRefusal is { } refusal
                ? throw new WorldRefusal(HttpStatusCode.InternalServerError, refusal)
                : new HttpResponseMessage(HttpStatusCode.NoContent);
        }

        world.Did("start", host.Name);
        container.Start();
        return new HttpResponseMessage(HttpStatusCode.NoContent);
    });

    private Task<HttpResponseMessage> StopAsync(string id, int? grace) => ChangeAsync("stop", id, () =>
    {
        var container = Container(id);
        if (!container.IsRunning)
        {
            return new HttpResponseMessage(HttpStatusCode.NotModified);
        }

        world.Rules.StopAsked(container);
        world.Did("stop", host!.Name);
        host.Graces.Add(grace ?? 10);
        container.Stop(0);
        if (container.HostConfig.AutoRemove)
        {
            host.Containers.Remove(container);
        }

        return new HttpResponseMessage(HttpStatusCode.NoContent);
    });

    private Task<HttpResponseMessage> RemoveAsync(string id, bool force) => ChangeAsync("remove", id, () =>
    {
        var container = Container(id);
        if (container.IsRunning && !force)
        {
            throw new WorldRefusal(HttpStatusCode.Conflict, "it is running");
        }

        Host.Containers.Remove(container);
        Host.Emit(container, "destroy");
        if (container.Config.Labels?.ContainsKey("drydock.dev/probe") != true)
        {
            world.Did("remove", host!.Name);
        }

        return new HttpResponseMessage(HttpStatusCode.NoContent);
    });

    private Task<HttpResponseMessage> UpdateAsync(string id, JsonObject policy) => ChangeAsync("update", id, () =>
    {
        var container = Container(id);
        var name = policy.Text("Name")!;
        container.HostConfig = container.HostConfig with
        {
            RestartPolicy =
                new RestartPolicy { Name = name, MaximumRetryCount = (int)policy.Number("MaximumRetryCount") }
        };
        world.Did($"policy {name}", host!.Name);
        Host.Emit(container, "update");
        return Json(new JsonObject());
    });

    private static JsonObject Listed(WorldContainer c) => new()
    {
        ["Id"] = c.Id,
        ["Names"] = new JsonArray("/" + c.Name),
        ["Image"] = c.Config.Image ?? "",
        ["ImageID"] = c.Image.Id,
        ["State"] = c.Status,
        ["Labels"] = DockerJson.Map(c.Config.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal)),
        ["Mounts"] = Mounts(c),
    };

    // It is asked again and again, and the same until something changes.
    private static HttpResponseMessage Inspection(WorldContainer c)
    {
        var state = (
            c.Name, c.Image.Id, c.Config, c.HostConfig, c.Status, c.StartedAt, c.FinishedAt, c.ExitCode, c.IsPaused,
            c.Host.ClockOffset);
        if (c.Inspection is not { } known || !known.State.Equals(state))
        {
            c.Inspection = known = (state, Encoding.UTF8.GetBytes(Inspected(c).ToJsonString()));
        }

        return new HttpResponseMessage { Content = new ByteArrayContent(known.Body) };
    }

    private static JsonObject Inspected(WorldContainer c) => new()
    {
        ["Id"] = c.Id,
        ["Name"] = "/" + c.Name,
        ["Image"] = c.Image.Id,
        ["Config"] = WorldOptions.Write(c.Config),
        ["HostConfig"] = WorldOptions.Write(c.HostConfig),
        ["Mounts"] = Mounts(c),
        ["State"] = new JsonObject
        {
            ["Status"] = c.Status,
            ["Running"] = c.IsRunning,
            ["Paused"] = c.IsPaused,
            ["StartedAt"] = Text(c.StartedAt + c.Host.ClockOffset),
            ["FinishedAt"] = Text(c.FinishedAt + c.Host.ClockOffset),
            ["ExitCode"] = c.ExitCode,
            ["Pid"] = c.IsRunning ? 4242 : 0,
        },
    };

    private static JsonArray Mounts(WorldContainer c) => [.. WorldMounts.Of(c.HostConfig).Select(WorldOptions.Write)];

    private static string Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture)
            ?? "0001-01-01T00:00:00Z";

    private static HttpResponseMessage Pong(DateTimeOffset now)
    {
        var pong = new HttpResponseMessage { Headers = { Date = now } };
        pong.Headers.Add("Api-Version", "1.41");
        return pong;
    }

    private static HttpResponseMessage Json(JsonNode body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString())) };

    private WorldContainer Container(string id) => Host.Find(id) ?? throw NotFound($"no such container: {id}");

    private static WorldRefusal NotFound(string what) => new(HttpStatusCode.NotFound, what);

    private Task<HttpResponseMessage> LookAsync(Func<HttpResponseMessage> look) => life.LookAsync(look);

    private Task<HttpResponseMessage> ChangeAsync(string what, string subject, Func<HttpResponseMessage> carryOut)
    {
        // What cannot arrive is no point of its own.
        if (Refusal() is { } refusal)
        {
            return LookAsync(() => throw refusal);
        }

        return life.ChangeAsync($"{what} {host!.Name}/{subject}", carryOut, unclear: Lost);
    }

    private HttpRequestException TooSlow(string operation) =>
        new("slow", new DockerTimeoutException(
            $"Docker at {endpoint} ({operation}): no answer within 60 s.", mayHaveBeenProcessed: false));

    // The connection ends before an answer.
    private static HttpRequestException Lost() =>
        new(HttpRequestError.ResponseEnded, "The response ended prematurely.");

    // What a connector throws.
    private HttpRequestException? Refusal()
    {
        DockerException? reason = (host, trusted) switch
        {
            (not { IsReachable: true }, _) => new DockerUnreachableException(
                $"{endpoint} cannot be reached: no route to host", mayHaveBeenProcessed: false),
            (_, false) => new DockerTlsException($"{endpoint} does not accept our certificate", TlsRefusal.Server),
            _ => null,
        };
        return reason is null
            ? null
            : new HttpRequestException(HttpRequestError.ConnectionError, reason.Message, reason);
    }
}

/// <summary>What a life asks of a dockerd.</summary>
internal sealed record WorldRequest(
    string Method, string[] Path, System.Collections.Specialized.NameValueCollection Query, byte[] Body,
    string? RegistryAuth)
{
    public JsonObject Json => field ??= JsonNode.Parse(Body)!.AsObject();

    /// <summary>Credentials for the registry.</summary>
    public (string? User, string? Password) Credentials
    {
        get
        {
            var json = RegistryAuth is null
                ? null
                : JsonNode.Parse(
                    Convert.FromBase64String(RegistryAuth.Replace('-', '+').Replace('_', '/'))) as JsonObject;
            return (json.Text("username"), json.Text("password"));
        }
    }

    public string? this[string parameter] => Query[parameter];

    public static async Task<WorldRequest> OfAsync(HttpRequestMessage request)
    {
        var uri = request.RequestUri!;
        var path = uri.AbsolutePath[1..].Split('/').Select(Uri.UnescapeDataString);
        return new WorldRequest(
            request.Method.Method,
            [.. path.SkipWhile(part => part == "v1.41")],
            HttpUtility.ParseQueryString(uri.Query),
            request.Content is { } body ? await body.ReadAsByteArrayAsync() : [],
            request.Headers.TryGetValues("X-Registry-Auth", out var auth) ? auth.Single() : null);
    }
}

/// <summary>dockerd answers and refuses.</summary>
internal sealed class WorldRefusal(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status => status;
}
