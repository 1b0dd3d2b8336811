using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// How many characters (Unicode code points, as servers count them) <c>project_name</c> takes in each table.
/// </summary>
/// <param name="Migration">In <c>oms_project</c>.</param>
/// <param name="Sync">In <c>oms_sync_project</c>.</param>
internal sealed record ProjectNameLimits(int Migration, int Sync)
{
    /// <summary>The limit of a table.</summary>
    public int Of(ProjectKind kind) => kind == ProjectKind.Migration ? Migration : Sync;
}
