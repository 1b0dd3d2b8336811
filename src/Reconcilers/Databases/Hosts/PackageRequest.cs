namespace Drydock.Reconcilers.Databases;

/// <summary>The package as one host needs it.</summary>
internal sealed record PackageRequest
{
    public required PackageSpec Package { get; init; }

    public required IReadOnlyList<DatabaseComponent> Components { get; init; }

    /// <summary>Programs that must exist below bin: tikv-server, tikv-ctl.</summary>
    public required IReadOnlyList<string> Programs { get; init; }

    /// <summary>The package's own program that must have run, also in a directory that an administrator unpacked; null
    /// for the one of the spec, and that only after the operator has unpacked the package.</summary>
    public PostInstall? PostInstall { get; init; }
}

/// <summary>The package's own program that runs once after unpacking.</summary>
/// <param name="Program">Its path below the package.</param>
/// <param name="Mark">The file below the package by which the program itself says that it has run; null if it leaves
/// none.</param>
/// <param name="IsOptional">Whether a package without this program is complete too.</param>
internal sealed record PostInstall(string Program, string? Mark, bool IsOptional);
