namespace Drydock.Lab.Oms;

/// <summary>Reads <see cref="OmsState"/> from Docker, the databases and the mounts.</summary>
internal sealed class OmsStateReader(OmsScenario scenario, IOmsMetaDb metaDb)
{
    private const string Damage = "oms_standin_damage";

    // What a restore leaves beside the data, so that a status older than it is recognised.
    private const string RestoreWitness = "zz_drydock_restore";

    // Values that change while OMS runs are not part of the end state, nor is the stand-in's own record of every
    // docker_init.sh (a repetition after a failure may differ). Stores and writers are counted instead.
    private static readonly string[] Moving =
    [
        "heart_beat", "heatbeat_sequence", "store_instance", "writer_instance", "oms_init_log", Damage, RestoreWitness
    ];
    private static readonly string[] MovingColumns = ["gmt_modified", "host_status"];

    private readonly OmsScenarioOptions _options = scenario.Options;

    public async Task<OmsState> ReadAsync()
    {
        var roles = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["rm"] = _options.RmDatabase,
            ["cm"] = _options.CmDatabase
        };
        foreach (var region in scenario.Regions)
        {
            roles[$"hb/{region.Name}"] = region.HeartbeatDatabase;
        }

        var audit = await scenario.AuditAsync();
        var nodes = await Task.WhenAll(scenario.Nodes.Select(node => NodeAsync(node, audit)));
        var catalogues = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (role, database) in roles)
        {
            catalogues[role] = await CatalogueAsync(database);
        }

        var tables = await ColumnsAsync(roles);
        return new OmsState(
            nodes,
            tables.ContainsKey("rm.oms_normal_config") ? await scenario.ReadHaConfigAsync() : null,
            tables.ContainsKey("rm.oms_schema_version")
                ? (await RowsAsync(
                    $"SELECT version FROM `{_options.RmDatabase}`.oms_schema_version WHERE component = 'rm'"))[0][0]
                : "none",
            catalogues.ToDictionary(
                x => x.Key, x => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(x.Value))),
                StringComparer.Ordinal),
            await DataAsync(roles, tables),
            await ProjectsAsync(tables),
            await StoresAsync(tables),
            tables.ContainsKey("cm.host")
                ? (await RowsAsync($"SELECT ip, host_status FROM `{_options.CmDatabase}`.host ORDER BY ip"))
                    .ToDictionary(x => x[0], x => x[1], StringComparer.Ordinal)
                : [],
            await DamageAsync(tables))
        { Catalogues = catalogues };
    }

    private async Task<OmsNodeState> NodeAsync(OmsNode node, IReadOnlyList<OmsAuditEntry> audit)
    {
        var ids = await OmsContainers.ListAsync(node.Host, _options.Images.All.Keys);
        if (ids.Length == 0)
        {
            return new OmsNodeState(node.Host.Name, []);
        }

        using var inspected = JsonDocument.Parse(
            await node.Host.DockerAsync(["inspect", "--type", "container", .. ids]));
        var containers = new List<OmsContainerState>();
        foreach (var x in inspected.RootElement.EnumerateArray())
        {
            containers.Add(await ContainerAsync(node, x, audit));
        }

        return new OmsNodeState(node.Host.Name, [.. containers.OrderBy(x => x.Name, StringComparer.Ordinal)]);
    }

    private static async Task<OmsContainerState> ContainerAsync(
        OmsNode node, JsonElement x, IReadOnlyList<OmsAuditEntry> audit)
    {
        var id = x.GetProperty("Id").GetString()!;
        var status = x.GetProperty("State").GetProperty("Status").GetString()!;
        var host = x.GetProperty("HostConfig");
        var programs = status == "running" ? await OmsPrograms.ReadAsync(node.Host, id) : [];
        var console = audit.LastOrDefault(
            a => a.Container == id[..12] && a.Event is OmsEvents.ConsoleStart or OmsEvents.ConsoleStop);
        return new OmsContainerState(
            x.GetProperty("Name").GetString()!.TrimStart('/'),
            x.GetProperty("Config").GetProperty("Image").GetString()!,
            x.GetProperty("Image").GetString()!,
            status,
            host.GetProperty("RestartPolicy").GetProperty("Name").GetString()!,
            [.. Strings(host.GetProperty("Binds")).Order(StringComparer.Ordinal)],
            [.. Strings(x.GetProperty("Config").GetProperty("Env"))
                .Select(e => e.StartsWith("OMS_HOST_IP=", StringComparison.Ordinal) || e.StartsWith(
                    "IS_UPGRADE=", StringComparison.Ordinal) ? e : e.Split('=')[0]).Order(StringComparer.Ordinal)],
            $"net={host.GetProperty("NetworkMode")} privileged={host.GetProperty("Privileged")} "
            + $"pids={host.GetProperty("PidsLimit")} ulimits={string.Join(',', Limits(host.GetProperty("Ulimits")))}",
            programs,
            status == "running" && console?.Event == OmsEvents.ConsoleStart ? console.Detail : null);
    }

    private static IEnumerable<string> Limits(JsonElement array) =>
        array.ValueKind == JsonValueKind.Array
            ? array.EnumerateArray().Select(
                x => $"{x.GetProperty("Name")}:{x.GetProperty("Soft")}:{x.GetProperty("Hard")}")
            : [];

    private static IEnumerable<string> Strings(JsonElement array) =>
        array.ValueKind == JsonValueKind.Array ? array.EnumerateArray().Select(x => x.GetString()!) : [];

    private async Task<string> CatalogueAsync(string database)
    {
        var d = OmsSeed.Quote(database);
        var not = $"NOT IN ('{Damage}', '{RestoreWitness}')";
        // Removes the database's own name from the text, so that two scenarios can be compared.
        string Body(string column) => $"REPLACE(IFNULL({column}, ''), concat('`', {d}, '`.'), '')";
        var rows = await metaDb.ExecAsync($"""
            SELECT concat_ws(' ', 'database', default_character_set_name, default_collation_name) AS line FROM information_schema.schemata WHERE schema_name = {d}
            UNION ALL SELECT concat_ws(' ', 'table', table_name, table_type, engine, table_collation, table_comment) FROM information_schema.tables WHERE table_schema = {d} AND table_name {not}
            UNION ALL SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, column_type, is_nullable, IFNULL(column_default, '-'), extra, IFNULL(collation_name, '-'), IFNULL(generation_expression, '-'), column_comment) FROM information_schema.columns WHERE table_schema = {d} AND table_name {not}
            UNION ALL SELECT concat_ws(' ', 'index', table_name, index_name, seq_in_index, column_name, non_unique) FROM information_schema.statistics WHERE table_schema = {d} AND table_name {not}
            UNION ALL SELECT concat_ws(' ', 'key', table_name, constraint_name, constraint_type) FROM information_schema.table_constraints WHERE table_schema = {d} AND table_name {not}
            UNION ALL SELECT concat_ws(' ', 'reference', table_name, constraint_name, referenced_table_name, update_rule, delete_rule) FROM information_schema.referential_constraints WHERE constraint_schema = {d}
            UNION ALL SELECT concat_ws(' ', 'view', table_name, {Body("view_definition")}, definer, security_type) FROM information_schema.views WHERE table_schema = {d}
            UNION ALL SELECT concat_ws(' ', 'trigger', trigger_name, event_object_table, action_timing, event_manipulation, definer, {Body("action_statement")}) FROM information_schema.triggers WHERE trigger_schema = {d}
            UNION ALL SELECT concat_ws(' ', 'routine', routine_type, routine_name, definer, dtd_identifier, {Body("routine_definition")}) FROM information_schema.routines WHERE routine_schema = {d}
            UNION ALL SELECT concat_ws(' ', 'event', event_name, definer, {Body("event_definition")}) FROM information_schema.events WHERE event_schema = {d}
            """);
        return string.Join('\n', rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private async Task<Dictionary<string, List<string>>> ColumnsAsync(Dictionary<string, string> roles)
    {
        var tables = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (role, database) in roles)
        {
            foreach (var row in await RowsAsync(
                "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t "
                + "USING (table_schema, table_name) WHERE t.table_type = 'BASE TABLE' AND c.table_schema = "
                + $"{OmsSeed.Quote(database)} ORDER BY c.table_name, c.ordinal_position"))
            {
                var key = $"{role}.{row[0]}";
                (tables.TryGetValue(key, out var columns) ? columns : tables[key] = []).Add(row[1]);
            }
        }

        return tables;
    }

    private async Task<Dictionary<string, string>> DataAsync(
        Dictionary<string, string> roles, Dictionary<string, List<string>> tables)
    {
        // Compares bytes but not the order of rows: each row's MD5, combined by XOR.
        var parts = tables.Where(x => !Moving.Contains(x.Key.Split('.', 2)[1], StringComparer.Ordinal)).Select(x =>
        {
            var (role, table) = (x.Key.Split('.', 2)[0], x.Key.Split('.', 2)[1]);
            var cells = string.Join(", ", x.Value.Where(c => !MovingColumns.Contains(c, StringComparer.Ordinal))
                .Select(c => $"IFNULL(HEX(`{c}`), '~')"));
            // ha.config is compared separately as text.
            var rows = x.Key == "rm.oms_normal_config" ? " WHERE cfg_name <> 'ha.config'" : "";
            return $"SELECT {OmsSeed.Quote(x.Key)}, count(*), hex(BIT_XOR(CAST(CONV(LEFT(SHA2(concat_ws(',', {cells}), "
                + $"256), 16), 16, 10) AS UNSIGNED))) FROM `{roles[role]}`.`{table}`{rows}";
        }).ToList();
        return parts.Count == 0
            ? []
            : (await RowsAsync(string.Join(" UNION ALL ", parts))).ToDictionary(
                x => x[0], x => $"{x[1]} rows {x[2]}", StringComparer.Ordinal);
    }

    private async Task<IReadOnlyList<OmsProjectState>> ProjectsAsync(Dictionary<string, List<string>> tables)
    {
        var projects = new List<OmsProjectState>();
        foreach (var (table, type) in new[] { ("oms_project", "MIGRATION"), ("oms_sync_project", "SYNC") })
        {
            if (tables.TryGetValue("rm." + table, out var columns))
            {
                var kind = columns.Contains("project_type", StringComparer.Ordinal) ? "project_type" : $"'{type}'";
                projects.AddRange((await RowsAsync(
                    $"SELECT project_key, project_name, {kind}, project_status FROM `{_options.RmDatabase}`.{table}"))
                    .Select(x => new OmsProjectState(x[0], x[1], x[2], x[3])));
            }
        }

        return [.. projects.OrderBy(x => x.Key, StringComparer.Ordinal).ThenBy(x => x.Type, StringComparer.Ordinal)];
    }

    private async Task<Dictionary<string, int>> StoresAsync(Dictionary<string, List<string>> tables)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var kind in new[] { "store", "writer" }.Where(x => tables.ContainsKey($"cm.{x}_instance")))
        {
            foreach (var row in await RowsAsync(
                $"SELECT status, count(*) FROM `{_options.CmDatabase}`.{kind}_instance GROUP BY status"))
            {
                counts[$"{kind} {row[0]}"] = int.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return counts;
    }

    private async Task<IReadOnlyList<string>> DamageAsync(Dictionary<string, List<string>> tables)
    {
        var damage = new List<string>();
        if (tables.ContainsKey("rm." + Damage))
        {
            damage.AddRange((await RowsAsync(
                $"SELECT which, host_ip FROM `{_options.RmDatabase}`.{Damage} ORDER BY gmt_created, which, host_ip"))
                .Select(x => $"{x[0]} {x[1]}"));
        }

        damage.AddRange(scenario.Nodes.Where(x => File.Exists(Path.Combine(x.Store, "CORRUPTED")))
            .Select(x => $"store mount of {x.Host.Name} is corrupted"));
        return damage;
    }

    private async Task<List<string[]>> RowsAsync(string sql) =>
        [.. (await metaDb.ExecAsync(sql)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(x => x.Split('\t'))];
}
