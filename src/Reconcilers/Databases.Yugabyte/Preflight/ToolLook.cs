
namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What preflight learned by the admin tool.</summary>
/// <param name="Tool">The tool; null if no tool could be run.</param>
/// <param name="Help">What it can.</param>
/// <param name="AutoFlagsVersion">The version of the AutoFlags configuration; null where there is none or it could not
/// be read.</param>
internal sealed record ToolLook(AdminTool? Tool, AdminHelp? Help, int? AutoFlagsVersion);
