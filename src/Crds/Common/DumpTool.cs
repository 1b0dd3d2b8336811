namespace Drydock.Crds.Common;

/// <summary>What dumps a database.</summary>
public enum DumpTool
{
    /// <summary><c>mysqldump</c>; loaded by <c>mysql</c>.</summary>
    MySqlDump,

    /// <summary><c>mydumper</c>, many tables at a time; loaded by <c>myloader</c>.</summary>
    MyDumper,
}
