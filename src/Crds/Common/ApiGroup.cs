namespace Drydock.Crds.Common;

/// <summary>Where Drydock's kinds live.</summary>
public static class ApiGroup
{
    /// <summary>The API group.</summary>
    public const string Name = "drydock.dev";

    /// <summary>The only version so far.</summary>
    public const string V1Alpha1 = "v1alpha1";

    /// <summary>Group and version as manifests have it.</summary>
    public const string ApiVersion = Name + "/" + V1Alpha1;

    /// <summary>The category under which <c>kubectl get drydock</c> finds all kinds.</summary>
    public const string Category = "drydock";
}

/// <summary>The schema of the CRDs of this release.</summary>
public static class CrdSchema
{
    /// <summary>The number of the schema is the version of the release that has it, so that no release can forget to
    /// raise it.</summary>
    public static Version Number { get; } = new(typeof(CrdSchema).Assembly.GetName().Version!.ToString(3));
}
