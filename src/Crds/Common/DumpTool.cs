namespace Drydock.Crds.Common;

/// <summary>The program that dumps a database.</summary>
public enum DumpTool
{
    /// <summary><c>mysqldump</c>. The dump is loaded by <c>mysql</c>.</summary>
    MySqlDump,

    /// <summary><c>mydumper</c>, which dumps several tables at a time. The dump is loaded by several <c>mysql</c> side
    /// by side.</summary>
    MyDumper,
}
