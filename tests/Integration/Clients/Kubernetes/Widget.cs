using System.Text.Json.Serialization;

namespace Drydock.Tests.Integration.Clients.Kubernetes;

/// <summary>A custom resource for tests of the client.</summary>
[KubernetesEntity(Group = "test.drydock.dev", ApiVersion = "v1", Kind = "Widget", PluralName = "widgets")]
public sealed record Widget : CustomKubernetesEntity<WidgetSpec, WidgetStatus>;

/// <summary>Spec.</summary>
public sealed record WidgetSpec
{
    /// <summary>A number from 0 to 100.</summary>
    public int? Size { get; init; }

    /// <summary>A text.</summary>
    public string? Colour { get; init; }

    /// <summary>Name of a Secret.</summary>
    public string Secret { get; init; } = "none";
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
