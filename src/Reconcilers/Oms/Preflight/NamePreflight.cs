using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Looks at the project tables of a version below 4.0.1 (docs/research/oms.md#checks-before-an-upgrade): shared names,
/// cascaded writers, projects that may lack dbType. Changes nothing.
/// </summary>
internal sealed class NamePreflight(OmsUpgradeSpec spec, Findings findings)
{
    private const int ProjectsRead = 500;
    private const int Rounds = 5;
    private const int Listed = 20;

    private readonly List<string> _notes = [];

    public async Task<NameLook> LookAsync(
        IOmsMetadata metadata, OmsTopology topology, UpgradePath.Allowed path, CancellationToken cancellationToken)
    {
        if (!path.ReadsProjectTables)
        {
            return new NameLook([], [], []);
        }

        var renames = path.NeedsProjectChecks ? await DuplicatesAsync(metadata, topology.RmDatabase, cancellationToken) : [];
        if (path.NeedsCascadeCheck)
        {
            await CascadesAsync(metadata, topology, cancellationToken);
        }

        var read = await metadata.ProjectsAsync(topology.RmDatabase, ProjectsRead, cancellationToken);
        if (read.Truncated)
        {
            _notes.Add($"{read.Total.ToString(CultureInfo.InvariantCulture)} projects, of which the first {read.Projects.Count.ToString(CultureInfo.InvariantCulture)} are recorded");
        }

        if (path.MayLackDbType)
        {
            DbType(read.Projects);
        }

        return new NameLook(read.Projects, renames, _notes);
    }

    private async Task<IReadOnlyList<ProjectRename>> DuplicatesAsync(
        IOmsMetadata metadata, string database, CancellationToken cancellationToken)
    {
        var duplicates = await metadata.DuplicateProjectsAsync(database, cancellationToken);
        if (spec.Preflight.DuplicateProjectNames == DuplicateNamePolicy.Fail)
        {
            findings.Add(duplicates.Select(d => ProjectRenamer.NotRenamed(
                $"{d.Message} With spec.preflight.duplicateProjectNames: Rename the operator renames them before the downtime.")));

            return [];
        }

        if (duplicates.Count == 0 && spec.Preflight.KeepProjectNames.Count == 0)
        {
            return [];
        }

        var plan = await NewNamesAsync(metadata, database, duplicates, cancellationToken);
        findings.Add(plan.Findings);
        if (plan.Renames.Count > 0)
        {
            _notes.Add($"{plan.Renames.Count.ToString(CultureInfo.InvariantCulture)} projects share a name and get new ones before the downtime, which going back takes back: {Some(plan.Renames.Select(r => $"{ProjectRenamer.Key(r.Kind, r.Id)} '{r.OldName}' becomes '{r.NewName}'"))}");
        }

        return plan.Renames;
    }

    // The server's own collations have the last word on whether a name is free.
    private async Task<ProjectRenamePlan> NewNamesAsync(
        IOmsMetadata metadata, string database, IReadOnlyList<DuplicateProjectName> duplicates, CancellationToken cancellationToken)
    {
        var rows = await metadata.ProjectNamesAsync(database, cancellationToken);
        if (rows.Truncated)
        {
            return Refused("There are too many projects to find free names. Rename the duplicates by hand.");
        }

        var taken = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            var plan = ProjectRenamer.Compute(rows.Projects, duplicates, spec.Preflight.KeepProjectNames, rows.Limits, taken);
            var used = await metadata.NamesInUseAsync(database, [.. plan.Renames.Select(r => r.NewName)], cancellationToken);
            if (used.Count == 0)
            {
                return plan;
            }

            taken.AddRange(used);
        }

        return Refused($"No free names were found for the duplicates ({Some(taken)} are taken). Rename them by hand.");

        static ProjectRenamePlan Refused(string why) => new([], [ProjectRenamer.NotRenamed(why)]);
    }

    // What is looked for in every region is what is not that region's; which region a writer is of no public column
    // tells, so with several regions each shows.
    private async Task CascadesAsync(IOmsMetadata metadata, OmsTopology topology, CancellationToken cancellationToken)
    {
        var writers = new List<CascadedWriter>();
        foreach (var region in topology.Regions)
        {
            writers.AddRange((await metadata.CascadedWritersAsync(topology.CmDatabase, region.CmLocation, cancellationToken)).Where(writer => !writers.Contains(writer)));
        }

        if (writers.Count == 0)
        {
            return;
        }

        var locations = string.Join(", ", topology.Regions.Select(region => region.CmLocation.ToString(CultureInfo.InvariantCulture)));
        var list = $"{writers.Count.ToString(CultureInfo.InvariantCulture)} writers in {topology.CmDatabase}.config_job have a sourceFile.blackRegionNo other than the cm_location of a region ({locations}): {Some(writers.Select(w => $"{w.Identity}={w.Value}"))}";
        if (spec.Preflight.CascadedWriters == CascadedWriterPolicy.Acknowledge)
        {
            _notes.Add($"{list}; acknowledged by spec.preflight.cascadedWriters");
            return;
        }

        findings.Add(
            Reasons.CascadedWriters,
            $"{list}; if the cascade is in use ask the vendor's support, otherwise remove the setting, or set spec.preflight.cascadedWriters: Acknowledge after looking",
            field: "spec.preflight.cascadedWriters");
    }

    private void DbType(IReadOnlyList<OmsProject> projects)
    {
        var sync = projects.Where(p => p.Kind == ProjectKind.Synchronization).ToList();
        if (sync.Count > 0 && !spec.Preflight.Acknowledge.Contains(Acknowledgement.SyncProjectsWithoutDbType))
        {
            findings.Add(
                Reasons.SyncProjectsWithoutDbType,
                $"synchronization projects that replicate DDL need dbType on their source connector, which the tables do not show: {Some(sync.Select(p => $"{p.Name} ({p.Id})"))}; check them in the console, then put SyncProjectsWithoutDbType into spec.preflight.acknowledge",
                field: "spec.preflight.acknowledge");
        }
    }

    private static string Some(IEnumerable<string> all)
    {
        var list = all.ToList();
        return string.Join(", ", list.Take(Listed)) + (list.Count > Listed ? string.Create(CultureInfo.InvariantCulture, $" and {list.Count - Listed} more") : "");
    }
}

/// <summary>What the project tables of a version below 4.0.1 say.</summary>
/// <param name="Projects">The projects.</param>
/// <param name="Renames">Those that get another name.</param>
/// <param name="Notes">What the reader of the plan should know.</param>
internal sealed record NameLook(
    IReadOnlyList<OmsProject> Projects, IReadOnlyList<ProjectRename> Renames, IReadOnlyList<string> Notes);
