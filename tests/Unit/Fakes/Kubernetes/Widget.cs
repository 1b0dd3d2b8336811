using System.Text.Json.Serialization;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>A custom resource for tests of the client and the runtime.</summary>
[KubernetesEntity(Group = "test.drydock.dev", ApiVersion = "v1", Kind = "Widget", PluralName = "widgets")]
public sealed record Widget : CustomKubernetesEntity<WidgetSpec, WidgetStatus>
{
    /// <summary>A widget of the default namespace.</summary>
    public static Widget Named(string name, string ns = "default") =>
        new() { Metadata = new V1ObjectMeta { Name = name, Namespace = ns } };
}

/// <summary>Spec with initial values, as API types have them.</summary>
public sealed record WidgetSpec
{
    /// <summary>A number.</summary>
    public int Size { get; init; } = 7;

    /// <summary>A nested part.</summary>
    public WidgetPart Part { get; init; } = new();

    /// <summary>Names of Secrets.</summary>
    public List<string> Secrets { get; init; } = [];
}

/// <summary>A nested part.</summary>
public sealed record WidgetPart
{
    /// <summary>A text.</summary>
    public string Timeout { get; init; } = "10m";
}

/// <summary>Status.</summary>
public sealed record WidgetStatus
{
    /// <summary>A text.</summary>
    public string? Phase { get; init; }

    /// <summary>A time.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>Source-generated JSON of the test types.</summary>
[JsonSerializable(typeof(Widget))]
public sealed partial class WidgetContext : JsonSerializerContext;
