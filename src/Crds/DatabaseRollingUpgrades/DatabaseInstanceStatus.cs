namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A process, as the operator last saw it.</summary>
[SchemaOf(typeof(InstanceGroup))]
public sealed record DatabaseInstanceStatus
{
    [Length(SchemaLimits.ShortName)]
    public string Name { get; init => field = value ?? ""; } = "";

    public DatabaseComponent Component { get; init; }

    /// <summary>The version that runs; null if it is not known.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Version { get; init; }
}

/// <summary>The processes of one component that run one version.</summary>
public sealed record InstanceGroup
{
    /// <summary>The role of the processes.</summary>
    public DatabaseComponent Component { get; init; }

    /// <summary>The version that runs; absent if it is not known.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Version { get; init; }

    /// <summary>How many they are.</summary>
    public int Count { get; init; }

    /// <summary>Their names, separated by commas.</summary>
    [Length(SchemaLimits.Instances * (SchemaLimits.ShortName + 2))]
    public string Names { get; init => field = value ?? ""; } = "";
}

/// <summary>Writes the processes by component and version, so that 300 are a few lines.</summary>
public sealed class InstancesByVersion : JsonConverter<List<DatabaseInstanceStatus>>
{
    private const string Comma = ", ";

    public override List<DatabaseInstanceStatus> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
    [
        .. from of in JsonSerializer.Deserialize(ref reader, CrdsJsonContext.Default.ListInstanceGroup) ?? []
        from name in of.Names.Split(Comma, StringSplitOptions.RemoveEmptyEntries)
        select new DatabaseInstanceStatus { Name = name, Component = of.Component, Version = of.Version },
    ];

    public override void Write(
        Utf8JsonWriter writer, List<DatabaseInstanceStatus> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(
            writer,
            [
                .. from instance in value
                group instance.Name by (instance.Component, instance.Version) into same
                select new InstanceGroup
                {
                    Component = same.Key.Component,
                    Version = same.Key.Version,
                    Count = same.Count(),
                    Names = string.Join(Comma, same),
                },
            ],
            CrdsJsonContext.Default.ListInstanceGroup);
}
