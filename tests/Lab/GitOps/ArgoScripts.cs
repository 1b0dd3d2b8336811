namespace Drydock.Lab.GitOps;

/// <summary>
/// Runs the scripts of config/argocd as Argo CD does: under gopher-lua, with the libraries that Argo CD opens and no
/// others.
/// </summary>
/// <param name="checkout">Root of the repository.</param>
public sealed class ArgoScripts(string checkout)
{
    /// <summary>The folder of the scripts, in Argo CD's own layout.</summary>
    public string Folder { get; } = Path.Combine(
        checkout, "config", "argocd", "resource_customizations", "drydock.dev", "_");

    /// <summary>The names of the actions.</summary>
    public IReadOnlyList<string> Actions =>
        [.. Directory.EnumerateDirectories(Path.Combine(Folder, "actions")).Where(d => File.Exists(
            Path.Combine(d, "action.lua"))).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    /// <summary>The health of an object: status and message.</summary>
    public async Task<JsonNode> HealthAsync(JsonNode entity, CancellationToken cancellationToken = default) =>
        await RunAsync("health.lua", entity, null, 0, cancellationToken);

    /// <summary>The actions that are offered for an object, by name.</summary>
    public async Task<JsonNode> DiscoverAsync(JsonNode entity, CancellationToken cancellationToken = default) =>
        await RunAsync("actions/discovery.lua", entity, null, 0, cancellationToken);

    /// <summary>The object as an action returns it.</summary>
    public async Task<JsonNode> ActAsync(
        JsonNode entity, string action, IReadOnlyDictionary<string, string>? parameters = null, long now = 0,
        CancellationToken cancellationToken = default) =>
        await RunAsync($"actions/{action}/action.lua", entity, parameters, now, cancellationToken);

    /// <summary>Runs scripts, each in an interpreter of its own; returns value or error of each.</summary>
    /// <param name="requests">Script, object, parameters, and the time that <c>os.time()</c> tells.</param>
    /// <param name="cancellationToken">Kills the interpreter.</param>
    public static async Task<JsonArray> RunAsync(
        IEnumerable<(
            string Script, JsonNode Entity, IReadOnlyDictionary<string, string>? Parameters, long Now)> requests,
        CancellationToken cancellationToken = default)
    {
        var asked = new JsonArray([.. requests.Select(r => new JsonObject
        {
            ["script"] = r.Script,
            ["obj"] = r.Entity.DeepClone(),
            ["parameters"] = new JsonObject((r.Parameters ?? new Dictionary<string, string>(StringComparer.Ordinal))
                .Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            ["now"] = r.Now,
        })]);
        var lua = (await Recipes.RunAsync("argo-lua.sh", cancellationToken))["lua"];
        return JsonNode.Parse(
            await Shell.RunAsync(lua, [], asked.ToJsonString(), cancellationToken: cancellationToken))!.AsArray();
    }

    private async Task<JsonNode> RunAsync(
        string script, JsonNode entity, IReadOnlyDictionary<string, string>? parameters, long now,
        CancellationToken cancellationToken)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, script), cancellationToken);
        var answer = (await RunAsync([(text, entity, parameters, now)], cancellationToken)).Single()!;
        return answer["error"] is { } error
            ? throw new LabException($"{script}: {error}")
            : answer["value"]!.DeepClone();
    }
}
