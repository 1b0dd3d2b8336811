namespace Drydock.Reconcilers.Oms;

/// <summary>Finds recorded projects again. Tables and API may know a project by different ids (the documents do not
/// say), so the id is tried first and then the name, which is unique across both kinds after preflight; a project that
/// was renamed is looked for by its new name. Pure.</summary>
internal sealed class ProjectMatch
{
    private readonly Dictionary<(ProjectKind Kind, string Id), OmsProject> _byId = [];
    private readonly ILookup<(ProjectKind Kind, string Name), OmsProject> _byName;
    private readonly Dictionary<(ProjectKind Kind, string Id), string> _renamed = [];

    public ProjectMatch(IReadOnlyList<OmsProject> present, IEnumerable<RenamedProject> renamed)
    {
        foreach (var project in renamed)
        {
            _renamed.TryAdd((project.Kind, project.Id), project.NewName);
        }

        foreach (var project in present)
        {
            _byId.TryAdd((project.Kind, project.Id), project);
        }

        _byName = present.ToLookup(p => (p.Kind, p.Name));
    }

    public OmsProject? Find(RecordedProject recorded)
    {
        if (_byId.GetValueOrDefault((recorded.Kind, recorded.Id)) is { } same)
        {
            return same;
        }

        var named = _byName[(recorded.Kind, NameOf(recorded))].Take(2).ToList();
        return named.Count == 1 ? named[0] : null;
    }

    public string NameOf(RecordedProject recorded) =>
        _renamed.GetValueOrDefault((recorded.Kind, recorded.Id)) ?? recorded.Name;
}
