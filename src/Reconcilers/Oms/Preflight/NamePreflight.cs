namespace Drydock.Reconcilers.Oms;

/// <summary>Checks the project tables of a version below the merged architecture
/// (docs/project/research/oms.md#checks-before-an-upgrade): duplicate names, cascaded writers, projects that may lack
/// dbType. Changes nothing.</summary>
internal sealed class NamePreflight(
    OmsUpgradeSpec spec,
    Findings findings,
    SqlOmsMetadata metadata,
    OmsTopology topology,
    UpgradePath.Allowed path,
    CancellationToken cancellationToken)
{
    private const int Listed = 5;

    private readonly List<string> _notes = [];

    public async Task<ProjectTablesState> CheckAsync()
    {
        if (!path.ReadsProjectTables)
        {
            return new ProjectTablesState([], [], []);
        }

        var renames = path.NeedsProjectChecks ? await DuplicatesAsync() : [];
        if (path.NeedsCorrectionJar)
        {
            // The Community guides do not know the check.
            await CascadesAsync();
        }

        var read = await metadata.ProjectsAsync(topology.RmDatabase, ProjectRecord.MostProjects, cancellationToken);
        if (read.Truncated)
        {
            _notes.Add($"{read.Total} projects exist. Only the first {read.Projects.Count} are recorded.");
        }

        if (path.Source.DbTypeMayBeMissing)
        {
            DbType(read.Projects);
        }

        return new ProjectTablesState(read.Projects, renames, _notes);
    }

    private async Task<IReadOnlyList<ProjectRename>> DuplicatesAsync()
    {
        var duplicates = await metadata.DuplicateProjectsAsync(topology.RmDatabase, cancellationToken);
        if (spec.Preflight.DuplicateProjectNames == DuplicateNamePolicy.Fail)
        {
            foreach (var duplicate in duplicates)
            {
                Shared(ProjectRenamer.NotRenamed(
                    $"{duplicate.Message} With spec.preflight.duplicateProjectNames: Rename the operator renames them "
                        + "before the downtime."));
            }

            return [];
        }

        if (duplicates.Count == 0 && spec.Preflight.KeepProjectNames.Count == 0)
        {
            return [];
        }

        var plan = await metadata.NewNamesAsync(
            topology.RmDatabase, duplicates, spec.Preflight.KeepProjectNames, cancellationToken);
        findings.Add(plan.Findings);
        if (plan.Renames.Count > 0)
        {
            _notes.Add(
                $"{plan.Renames.Count} projects share a name and are renamed "
                    + "before the downtime. A rollback restores the old names: "
                    + Some(plan.Renames.Select(r =>
                        $"{ProjectRenamer.Key(r.Kind, r.Id)} '{r.OldName}' becomes '{r.NewName}'")));
        }

        return plan.Renames;
    }

    // Only the procedure with the correction JAR asks for unique names; elsewhere it is our conclusion.
    private void Shared(Finding finding)
    {
        if (path.NeedsCorrectionJar)
        {
            findings.Add(finding);
        }
        else
        {
            findings.Ask(finding.Reason, null, finding.Message, finding.Node, finding.Field);
        }
    }

    // No documented column tells the region of a writer: a number that is that of some region proves nothing, one that
    // is that of no region does.
    private async Task CascadesAsync()
    {
        var writers = new List<CascadedWriter>();
        foreach (var region in topology.Regions)
        {
            writers.AddRange(
                (await metadata.CascadedWritersAsync(topology.CmDatabase, region.CmLocation, cancellationToken))
                    .Where(writer => !writers.Contains(writer)));
        }

        var regions = topology.Regions.Select(r => $"{r.CmLocation}").ToList();
        var locations = string.Join(", ", regions);
        var foreign = writers.FindAll(w => !regions.Contains(w.Value.Trim()));
        var known = writers.FindAll(w => regions.Contains(w.Value.Trim()));
        if (known.Count > 0)
        {
            findings.Note(
                $"Writers in {topology.CmDatabase}.config_job have a sourceFile.blackRegionNo of one of the regions "
                + $"({locations}). The tables do not show whether it is their own: {Listing(known)}. If a cascade "
                + "between regions is in use, ask the vendor's support.");
        }

        if (foreign.Count > 0)
        {
            findings.Ask(
                Reasons.CascadedWriters,
                null,
                $"{Sentences.Count(foreign.Count, "writer", "writers")} in {topology.CmDatabase}.config_job with a "
                    + $"sourceFile.blackRegionNo that is the cm_location of no region ({locations}): "
                    + $"{Listing(foreign)}. If the cascade is in use, ask the vendor's support. Otherwise "
                    + "remove the setting.");
        }

        static string Listing(List<CascadedWriter> some) => Some(some.Select(w => $"{w.Identity}={w.Value}"));
    }

    private void DbType(IReadOnlyList<OmsProject> projects)
    {
        var sync = projects.Where(p => p.Kind == ProjectKind.Synchronization).ToList();
        if (sync.Count > 0)
        {
            findings.Ask(
                Reasons.SyncProjectsWithoutDbType,
                null,
                "Synchronization projects that replicate DDL need dbType on their source connector, which the tables "
                    + $"do not show: {Some(sync.Select(p => p.ToString()))}. Check them in the console.");
        }
    }

    private static string Some(IEnumerable<string> all) => Sentences.List([.. all], Listed);
}

internal sealed record ProjectTablesState(
    IReadOnlyList<OmsProject> Projects, IReadOnlyList<ProjectRename> Renames, IReadOnlyList<string> Notes);
