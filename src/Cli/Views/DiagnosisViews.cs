using Drydock.Cli.Diagnosis;

namespace Drydock.Cli.Views;

/// <summary>What <c>version -o json</c> prints. What cannot be read is null. Fields are only added.</summary>
/// <param name="Operator">The image of the operator.</param>
/// <param name="Leader">The pod that acts; null also if none does.</param>
/// <param name="Problems">What does not fit together, and what could not be read, as sentences.</param>
internal sealed record VersionView(
    string Plugin, string? Operator, string? Leader, string? Schema, IReadOnlyList<string> Problems);

/// <summary>What <c>doctor -o json</c> prints. Fields are only added.</summary>
internal sealed record DoctorView(bool IsHealthy, IReadOnlyList<Check> Checks);
