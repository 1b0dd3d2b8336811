namespace Drydock.Tests.Unit.Fakes;

/// <summary>The API of the world's Grafana, as far as its documentation says it: dashboards by uid and by
/// title.</summary>
internal sealed class TiDbWorldGrafana(TiDbWorld world, TiDbLife life) : IServiceHttp
{
    public Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken) =>
        life.LookAsync(() => Json(world.GrafanaAnswers("GET", path) ?? Get(path)));

    public Task<ServiceAnswer> SendAsync(
        HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken) =>
        life.ChangeAsync(
            $"{method} {path}",
            () => Json(world.GrafanaAnswers(method.Method, path) ?? Save(JsonNode.Parse(json!)!.AsObject())));

    public void Dispose()
    {
    }

    private (int, string) Get(string path)
    {
        const string Uid = "/api/dashboards/uid/";
        if (path.StartsWith(Uid, StringComparison.Ordinal))
        {
            return world.Dashboards.TryGetValue(path[Uid.Length..], out var stored)
                ? (200, new JsonObject
                {
                    ["dashboard"] = JsonNode.Parse(stored.Model),
                    ["meta"] = new JsonObject { ["folderId"] = 0 }
                }.ToJsonString())
                : (404, """{"message":"Dashboard not found"}""");
        }

        return path.StartsWith("/api/search?", StringComparison.Ordinal)
            ? (200, new JsonArray([.. world.Dashboards.Select(d =>
                (JsonNode)new JsonObject { ["uid"] = d.Key, ["title"] = Title(d.Value.Model), ["type"] = "dash-db" })])
                .ToJsonString())
            : path.StartsWith("/api/datasources/name/", StringComparison.Ordinal)
            ? (path.EndsWith("/prod", StringComparison.Ordinal) ? 200 : 404, "{}")
            : (200, """{"id":1,"name":"Main Org."}""");
    }

    // overwrite takes the place of the same uid, or of the same title.
    private (int, string) Save(JsonObject body)
    {
        var model = body["dashboard"]!.DeepClone().AsObject();
        var uid = model["uid"]?.GetValue<string>() ?? world.Dashboards.FirstOrDefault(
            d => Title(d.Value.Model) == model["title"]!.GetValue<string>()).Key ?? $"made-{world.Dashboards.Count}";
        var version = world.Dashboards.GetValueOrDefault(uid).Version + 1;
        (model["id"], model["uid"], model["version"]) = (7, uid, version);
        world.Dashboards[uid] = (version, model.ToJsonString());
        world.Did($"import {model["title"]}");
        return (200, new JsonObject { ["status"] = "success", ["uid"] = uid, ["version"] = version }.ToJsonString());
    }

    private static string Title(string model) => JsonNode.Parse(model)!["title"]!.GetValue<string>();

    private static ServiceAnswer Json((int Status, string Body) answer) =>
        new(answer.Status, "application/json", answer.Body);
}
