namespace Drydock.Tests.Unit.Fakes;

/// <summary>What the consoles serve programs, and what becomes of the links of projects over the upgrade.</summary>
internal sealed class WorldOmsConsole(OmsWorld world)
{
    public const string User = "operator";

    private List<WorldProject>? _projects;
    private bool _upgraded;

    public string Password { get; set; } = Canary.ApiPassword;

    public bool IsReachable { get; set; } = true;

    /// <summary>The self-signed certificate for HTTPS; null if the certificate is trusted.</summary>
    public string? SelfSigned { get; set; }

    /// <summary>Whether the consoles lack the API, whatever their version implies.</summary>
    public bool LacksApi { get; set; }

    /// <summary>From the write that enables high availability until links are healthy.</summary>
    public TimeSpan HealsAfter { get; set; } = TimeSpan.FromMinutes(4);

    /// <summary>Requests that OMS refuses: the action, or the action and a project's id.</summary>
    public HashSet<string> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Of the tables' projects at first; ids are the same.</summary>
    public List<WorldProject> Projects =>
        _projects ??= [.. world.Metadata.Projects.Select(p => new WorldProject(p.Kind, p.Id, p.Name, p.Status))];

    public WorldProject this[string id] => Projects.Single(p => p.Id == id);

    public IEnumerable<ProjectComponent> Components(WorldProject project)
    {
        if (!ProjectStatuses.IsLive(project.Status))
        {
            yield break;
        }

        var healthy = !_upgraded || (!project.NeverHeals && IsHealed);
        yield return new ProjectComponent(
            ProjectComponentKind.Store, "store-" + project.Id, healthy ? "ACTIVE" : "ABNORMAL", project.Id + "-0");
        yield return new ProjectComponent(
            ProjectComponentKind.IncrSync, "writer-" + project.Id,
            ProjectStatuses.IsRunning(project.Status) ? healthy ? "RUNNING" : "ABNORMAL" : "PAUSED");
        if (project.FullImport is { } import)
        {
            yield return new ProjectComponent(ProjectComponentKind.FullImport, "import-" + project.Id, import);
        }
    }

    /// <summary>The container whose console answers at an address; null if none does.</summary>
    public WorldContainer? At(Uri address)
    {
        NoteUpgrade();
        var container =
            IsReachable ? world.Hosts.Find(h => h.Ip == address.Host)?.Containers.Find(c => c.IsRunning) : null;
        return container?.Programs.GetValueOrDefault("oms_console") is { State: "RUNNING" } ? container : null;
    }

    public bool HasApi(WorldContainer container) =>
        !LacksApi && OmsVersionData.Of(world.Setup.Community ? OmsEdition.Community : OmsEdition.Enterprise)
            .Procedure(OmsVersion.Parse(container.Image.Version)).ProjectApi;

    private bool IsHealed =>
        world.Done.FindLast(a => a.What == "ha on") is { } on && world.Time.GetUtcNow() - on.At >= HealsAfter;

    // The stores of the old version do not run in the new one.
    private void NoteUpgrade()
    {
        if (_upgraded || !world.Hosts.Exists(
            h => h.Containers.Exists(c => c.Image.Version == world.Setup.ToVersion && c.IsRunning)))
        {
            return;
        }

        _upgraded = true;
        foreach (var project in Projects)
        {
            project.Status = project.StatusAfterUpgrade ?? project.Status;
        }
    }
}
