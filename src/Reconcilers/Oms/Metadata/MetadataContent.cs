namespace Drydock.Reconcilers.Oms;

/// <summary>What the metadata databases hold, as far as a change by others is recognized by it.</summary>
/// <param name="Newest">The newest id of heatbeat_sequence, by heartbeat database: it only grows, and a copy of the
/// server that lags has a smaller one.</param>
/// <param name="Schema">Number and digest of tables and columns, by database.</param>
internal sealed record MetadataContent(SortedDictionary<string, long> Newest, SortedDictionary<string, string> Schema)
{
    // Fact of the steps that record it.
    private const string Fact = "metadata";

    /// <summary><see cref="MySqlServerIdentity.Identity"/>.</summary>
    [JsonIgnore]
    public string Identity { get; init; } = "";

    [JsonIgnore]
    public bool IsReplica { get; init; }

    /// <param name="columns">Database, table, column and type of each.</param>
    public static SortedDictionary<string, string> SchemaOf(IEnumerable<string?[]> columns)
    {
        var schema = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var database in columns.GroupBy(c => c[0] ?? "", StringComparer.Ordinal))
        {
            var tables = database.Select(c => c[1]).Distinct(StringComparer.Ordinal).Count();
            var lines = database.Select(c => $"{c[1]}\n{c[2]}\n{c[3]}").Order(StringComparer.Ordinal);
            var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', lines)));
            schema[database.Key] = $"{Sentences.Count(tables, "table", "tables")} with "
                + $"{Sentences.Count(database.Count(), "column", "columns")} (digest "
                + $"{Convert.ToHexStringLower(digest)[..12]})";
        }

        return schema;
    }

    /// <summary>The content as a fact of a step; empty in a plan that compares nothing. An id that was recorded before
    /// stays: a copy that lags would otherwise be what later looks are compared with.</summary>
    public static async Task<Receipt> RecordAsync(
        OmsTargets targets, StepContext context, CancellationToken cancellationToken)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (await ReadAsync(targets, context.Plan, cancellationToken) is not { } content)
        {
            return facts;
        }

        foreach (var (name, id) in Last(context.Plan)?.Content.Newest ?? [])
        {
            content.Newest[name] = Math.Max(id, content.Newest.GetValueOrDefault(name));
        }

        facts[Fact] = JsonSerializer.Serialize(content);
        return facts;
    }

    public static async Task<MetadataContent?> ReadAsync(
        OmsTargets targets, PlanProgress plan, CancellationToken cancellationToken) =>
        MetadataServerStays.In(plan) is not { } guard ? null
            : await (await targets.MetadataAsync(cancellationToken)).ContentAsync(
                guard.Heartbeats, plan.Step<TakeSnapshot>()?.As<TakeSnapshot>().Databases ?? [], cancellationToken);

    /// <summary>The step that recorded the content last, and what it recorded. Null if there is none, or if a command
    /// or a restore was begun since and has recorded nothing.</summary>
    public static (Step Step, MetadataContent Content)? Last(PlanProgress plan) =>
        plan.Steps.FindLast(step => step.Recorded(Fact) is not null || MayHaveChanged(step)) is { } last
        && last.Recorded(Fact) is { } text
            ? (last, JsonSerializer.Deserialize<MetadataContent>(text)!)
            : null;

    /// <summary>Whether the step is one of those that change the content as they like, and was begun or
    /// accepted.</summary>
    public static bool MayHaveChanged(Step step) =>
        (step.Is<RunCorrectionJar>() || step.Is<RunDockerInit>() || step.Is<RestoreDatabases>())
        && (step.Receipt is not null || step.State == StepState.Succeeded);

    /// <summary>The databases whose tables or columns are others than then.</summary>
    public List<string> ChangesSince(MetadataContent then) =>
    [
        .. Schema.Keys.Union(then.Schema.Keys, StringComparer.Ordinal)
            .Select(name => (name, Then: Of(then.Schema, name), Now: Of(Schema, name)))
            .Where(database => database.Then != database.Now)
            .Select(database => $"{database.name} had {database.Then} and has {database.Now}"),
    ];

    private static string Of(SortedDictionary<string, string> schema, string database) =>
        schema.GetValueOrDefault(database, "no tables");
}
