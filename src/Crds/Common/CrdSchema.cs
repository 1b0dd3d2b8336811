namespace Drydock.Crds.Common;

/// <summary>The number of the schema that the types of this assembly make.</summary>
public static class CrdSchema
{
    /// <summary>
    /// Raise it by one with the first change of a schema after a release: a server with an older CRD drops fields that
    /// it does not know, and an older operator drops them when it writes. config/crd/schemas.txt says which version of
    /// Drydock brought which number.
    /// </summary>
    public const int Version = 1;
}
