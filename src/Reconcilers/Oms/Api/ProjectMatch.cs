using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Finds recorded projects again. Tables and API may know a project by different ids (the documents do not say), so the
/// id is tried first and then the name, which is unique across both kinds after preflight; a project that was renamed
/// is looked for by its new name. Pure.
/// </summary>
internal sealed class ProjectMatch
{
    private readonly Dictionary<(ProjectKind Kind, string Id), OmsProject> _byId = [];
    private readonly ILookup<(ProjectKind Kind, string Name), OmsProject> _byName;
    private readonly Dictionary<(ProjectKind Kind, string Id), string> _renamed = [];

    /// <summary>Looks among these.</summary>
    /// <param name="present">The projects there are now.</param>
    /// <param name="renamed">Projects that got another name after they were recorded.</param>
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

    /// <summary>The project as it is now; null if it is missing, or if several have its name.</summary>
    public OmsProject? Find(RecordedProject recorded)
    {
        if (_byId.GetValueOrDefault((recorded.Kind, recorded.Id)) is { } same)
        {
            return same;
        }

        var named = _byName[(recorded.Kind, NameOf(recorded))].Take(2).ToList();
        return named.Count == 1 ? named[0] : null;
    }

    /// <summary>The name that a recorded project should have now.</summary>
    public string NameOf(RecordedProject recorded) =>
        _renamed.GetValueOrDefault((recorded.Kind, recorded.Id)) ?? recorded.Name;
}
